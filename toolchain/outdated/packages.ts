import { run } from "../images/command";
import { imageExists } from "../images/docker";
import { debian, type Image, imagesOnDemand, loadBalancer, machineSystem } from "../images/images";
import { nameOf } from "../images/keys";
import { linesOf } from "../lines";
import type { Look, Outdated } from "./look";

/** The images that have packages of Debian of their own. What is made of them has the same. */
const withPackages: readonly Image[] = [
  debian,
  loadBalancer,
  machineSystem,
  ...Object.values<Image>(imagesOnDemand.gitea.images),
  ...Object.values<Image>(imagesOnDemand.agent.images),
];

/** What apt would do, and would not ask about. */
const ask = "apt-get update --quiet=2 && apt-get dist-upgrade --simulate --quiet=2";

/**
 * Debian's packages that its repositories have in a newer version than the images here: then a later `debianPackages` in
 * versions.json makes the images anew, and machines roll.
 */
export async function outdatedPackages(): Promise<Look> {
  const looks = await Promise.all(withPackages.map(look));
  return {
    outdated: looks.flatMap(({ outdated }) => outdated),
    silent: looks.flatMap(({ silent }) => silent),
  };
}

async function look(image: Image): Promise<Look> {
  const name = nameOf(image);
  // Not every machine has those of environments that ask for more.
  if (!(await imageExists(name))) return { outdated: [], silent: [] };
  const container = ["docker", "run", "--rm", "--user=0", "--network=host", "--entrypoint=sh", name];
  try {
    return { outdated: packagesOf(await run([...container, "-c", ask]), image.name), silent: [] };
  } catch (error) {
    return { outdated: [], silent: [`image ${image.name}: ${(error as Error).message}`] };
  }
}

/**
 * What apt would install over what is there.
 *
 * @param simulated - lines such as `Inst openssl [3.0.17-1] (3.0.19-1 Debian-Security:12/bookworm-security [amd64])`
 */
export function packagesOf(simulated: string, image: string): Outdated[] {
  return linesOf(simulated).flatMap((line) => {
    const [, what, has, newest] = /^Inst (\S+) \[(\S+)\] \((\S+) /.exec(line) ?? [];
    if (what === undefined || has === undefined || newest === undefined) return [];
    return [{ what, where: `image ${image}`, has, newest }];
  });
}
