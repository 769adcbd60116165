import { spawnSync } from "node:child_process";
import * as path from "node:path";

import { compareVersions } from "../../components/cluster/roll/versions";
import type { Look } from "./look";

const repository = path.join(__dirname, "..", "..");

/** What `npm outdated --json` prints: packages by name, or an error. */
type Answer = Readonly<Record<string, { current?: string; latest?: string; summary?: string }>>;

/** npm's packages of package.json of which the registry has a newer version. */
export function outdatedNpmPackages(): Promise<Look> {
  // It ends with 1 where there is something.
  const { stdout } = spawnSync("npm", ["outdated", "--json"], { cwd: repository, encoding: "utf8" });
  const { error, ...packages } = JSON.parse(stdout || "{}") as Answer;
  const outdated = Object.entries(packages).flatMap(([what, { current = "", latest = "" }]) =>
    // What is said to be the latest can be older than what is there.
    compareVersions(latest, current) <= 0
      ? []
      : [{ what, where: "package.json", has: current, newest: latest }],
  );
  const silent = error === undefined ? [] : [`npm could not be asked: ${error.summary ?? ""}`];
  return Promise.resolve({ outdated, silent });
}
