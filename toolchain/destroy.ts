// Takes an environment's resources down: `npx tsx toolchain/destroy.ts dev`.
import * as path from "node:path";

import { pulumiEnvironment } from "./environment";
import { destroy } from "./recover/destroy";
import { failCommand } from "./command";

const [name = "dev"] = process.argv.slice(2);

destroy({
  stack: name,
  project: path.join(__dirname, ".."),
  environment: { ...process.env, ...pulumiEnvironment(name) },
  say: console.error,
}).catch(failCommand);
