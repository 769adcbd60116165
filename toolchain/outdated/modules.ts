import { compareVersions } from "../../components/cluster/roll/versions";
import { goEnvironment } from "../cache";
import { run } from "../images/command";
import { linesOf } from "../lines";
import { allParts, type Part } from "../parts";
import type { Look, Outdated } from "./look";

const release = /^v\d+\.\d+\.\d+$/;
const bare = (version: string): string => version.slice(1);

/** Go modules that parts of the toolchain are built from, and of which the module proxy has a newer release. */
export async function outdatedModules(): Promise<Look> {
  const looks = await Promise.all(allParts.map(look));
  const silent = looks.flatMap((each) => each.silent);
  return {
    outdated: looks.flatMap(({ outdated }) => outdated),
    silent: silent.length === 0 ? [] : [`${silent.length} Go modules could not be asked; ${silent[0] ?? ""}`],
  };
}

async function look(part: Part): Promise<Look> {
  // The others are of the same project, and of the same release.
  const [[module, has] = []] = Object.entries(part.requires);
  if (module === undefined || has === undefined || !release.test(has)) return { outdated: [], silent: [] };
  const environment = Object.entries(goEnvironment).map(([name, value]) => `${name}=${value}`);
  try {
    const go = ["env", ...environment, "go", "-C", part.source, "list", "-m", "-versions", module];
    const versions = (await run(go)).split(" ").slice(1);
    // There are folders of several minor versions where an environment chooses: each looks at its own.
    const newest = newestOf(versions, part.code === undefined ? undefined : has);
    const isNewer = newest !== undefined && compareVersions(bare(newest), bare(has)) > 0;
    const found: Outdated[] = isNewer ? [{ what: module, where: `part ${part.name}`, has, newest }] : [];
    return { outdated: found, silent: [] };
  } catch (error) {
    return {
      outdated: [],
      silent: [
        linesOf((error as Error).message)
          .slice(0, 2)
          .join(" "),
      ],
    };
  }
}

/**
 * The newest release.
 *
 * @param versions - such as `v1.2.3`; what is not released yet, `v1.3.0-rc.1`, does not count
 * @param like - a version whose minor it must have; default: any minor of any major
 */
export function newestOf(versions: readonly string[], like?: string): string | undefined {
  const minor = like?.replace(/\d+$/, "");
  return versions
    .filter((version) => release.test(version) && (minor === undefined || version.startsWith(minor)))
    .sort((one, other) => compareVersions(bare(one), bare(other)))
    .at(-1);
}
