import { keptBackups } from "../../components/cluster/backup/cluster-backup";
import { ownerLabel } from "../../components/machines/belonging";
import { keptVolumeName } from "../../components/machines/docker/labels";
import { imageName } from "../images/keys";
import { linesOf } from "../lines";
import { docker } from "../recover/docker";

/** What an environment leaves behind when it is destroyed: one Docker volume, with a folder for each claim. */
export interface KeptVolume {
  readonly name: string;
  /** Its label `slipway.owner`; empty where it has none. */
  readonly owner: string;
  /** Its folder on the Docker daemon's host. */
  readonly folder: string;
  /** Names of the containers that have it, running or not. */
  readonly users: readonly string[];
}

/** A claim's folder that has something in it. */
export interface KeptClaim {
  /** `namespace/name`. */
  readonly claim: string;
  readonly bytes: number;
}

/** Whether an environment has, or has left, such a volume. */
export async function hasKeptVolume(environment: string): Promise<boolean> {
  const name = keptVolumeName(environment);
  const names = await docker(["volume", "ls", "--quiet", "--filter", `name=${name}`]);
  return linesOf(names).includes(name);
}

/** The environment's volume; undefined where it left none. */
export async function findKeptVolume(environment: string): Promise<KeptVolume | undefined> {
  const name = keptVolumeName(environment);
  if (!(await hasKeptVolume(environment))) return undefined;
  const format = `{{json .Mountpoint}}\t{{json (index .Labels "${ownerLabel}")}}`;
  const [folder, owner] = (await docker(["volume", "inspect", "--format", format, name])).trim().split("\t");
  const users = await docker(["ps", "--all", "--filter", `volume=${name}`, "--format", "{{.Names}}"]);
  return {
    name,
    folder: textOf(folder),
    owner: textOf(owner),
    users: linesOf(users),
  };
}

function textOf(json = "null"): string {
  const value: unknown = JSON.parse(json);
  return typeof value === "string" ? value : "";
}

/** What is in it: claims, and backups of the cluster. */
export interface KeptContent {
  readonly claims: readonly KeptClaim[];
  /** All backups in one; undefined where there is none. */
  readonly backups: KeptClaim | undefined;
}

/** What is in it. */
export async function readContent(volume: KeptVolume): Promise<KeptContent> {
  const found = await readClaims(volume);
  const isBackup = ({ claim }: KeptClaim): boolean => claim.startsWith(`${keptBackups}/`);
  const backups = found.filter(isBackup);
  const bytes = backups.reduce((sum, each) => sum + each.bytes, 0);
  return {
    claims: found.filter((each) => !isBackup(each)),
    backups: backups.length === 0 ? undefined : { claim: keptBackups, bytes },
  };
}

/**
 * What is in it, by name; whatever lies beside the claims' folders is listed too, so that it is never overlooked. What a
 * restore needs is none of it.
 */
async function readClaims({ name }: KeptVolume): Promise<KeptClaim[]> {
  const notEmpty = [
    "!",
    "-empty",
    "!",
    "-path",
    "./.restore*",
    "(",
    "-path",
    "./*/*",
    "-o",
    "!",
    "-type",
    "d",
    ")",
  ];
  const sizes = ["-exec", "du", "--summarize", "--block-size=1", "{}", "+"];
  return parseSizes(
    await inVolume(
      `${name}:/kept:ro`,
      "find",
      ".",
      "-mindepth",
      "1",
      "-maxdepth",
      "2",
      ...notEmpty,
      ...sizes,
    ),
  );
}

/** @param lines as `du` prints them: bytes, a tab and a path that begins with `./` */
export function parseSizes(lines: string): KeptClaim[] {
  return linesOf(lines)
    .map((line) => {
      const [bytes, folder = ""] = line.split("\t");
      return { claim: folder.replace(/^\.\//, ""), bytes: Number(bytes) };
    })
    .sort((one, other) => (one.claim < other.claim ? -1 : 1));
}

/** Removes a claim's folder for good. */
export async function removeClaim({ name }: KeptVolume, { claim }: KeptClaim): Promise<void> {
  await inVolume(`${name}:/kept`, "rm", "-rf", "--", `./${claim}`);
}

/** Removes the volume for good. Docker refuses while a container has it. */
export async function removeVolume({ name }: KeptVolume): Promise<void> {
  await docker(["volume", "rm", name]);
}

async function inVolume(volume: string, program: string, ...args: string[]): Promise<string> {
  return await docker(besideVolume(volume, [], program, ...args));
}

/**
 * Arguments of `docker` that run a program in a container with a kept volume, in whose folder it begins. The folder may be on
 * another host: whoever looks into it is where the daemon is.
 *
 * @param volume - as `--volume` takes it, at `/kept`
 * @param options - of `docker run`, beside those
 */
export function besideVolume(
  volume: string,
  options: readonly string[],
  program: string,
  ...args: string[]
): string[] {
  const place = ["--volume", volume, "--workdir", "/kept", "--network", "none", "--rm", ...options];
  return ["run", ...place, "--entrypoint", program, imageName("debian"), ...args];
}
