// Takes an environment's resources down: `npx tsx toolchain/destroy.ts dev`.
import * as path from "node:path";

import { pulumiEnvironment } from "./environment";
import { destroy } from "./recover/destroy";

const [name = "dev"] = process.argv.slice(2);

destroy({
  stack: name,
  project: path.join(__dirname, ".."),
  environment: { ...process.env, ...pulumiEnvironment(name) },
  say: console.error,
}).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
