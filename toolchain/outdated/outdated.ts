// Says of what Slipway is made of what there is in a newer version: `npx tsx toolchain/outdated/outdated.ts`. Exits with 2
// where there is something, as `make drift` does.
import { failCommand } from "../command";
import { aligned } from "../lines";
import type { Outdated } from "./look";
import { outdatedModules } from "./modules";
import { outdatedNpmPackages } from "./npm";
import { outdatedPackages } from "./packages";

const somethingIsOutdated = 2;

const title: Outdated = { what: "WHAT", where: "WHERE", has: "HAS", newest: "NEWEST" };

async function main(): Promise<void> {
  const looks = await Promise.all([outdatedPackages(), outdatedModules(), outdatedNpmPackages()]);
  const outdated = looks.flatMap((look) => look.outdated);
  const rows = [title, ...outdated].map(({ what, where, has, newest }) => [what, where, has, newest]);
  if (outdated.length > 0) console.log(aligned(rows).join("\n"));
  for (const line of looks.flatMap(({ silent }) => silent)) console.error(line);
  if (outdated.length === 0) console.log("Nothing of what could be asked is there in a newer version");
  else process.exitCode = somethingIsOutdated;
}

if (require.main === module) main().catch(failCommand);
