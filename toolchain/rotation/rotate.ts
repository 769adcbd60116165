// Rotates a part of an environment's identity: `WHAT=encryption-key npx tsx toolchain/rotation/rotate.ts dev`. Every phase is an
// update, whose roll brings it to all machines; the state knows which one it is, so that whatever ends this, the next call
// goes on from there.
import { spawnSync } from "node:child_process";
import * as path from "node:path";

import type { RotatingPart, RotationPhase } from "../../components/pki";
import { failCommand } from "../command";
import { given } from "../given";
import { type EnvironmentStack, environmentStack } from "../recover/environment-stack";
import { precondition } from "./preconditions";
import { nextStep, type RotatingResource, rotatingResources } from "./steps";

const repository = path.join(__dirname, "..", "..");

const titles: Readonly<Record<RotationPhase, string>> = {
  trust: "phase 1 of 3, trust: making the next generation, and trusting it everywhere",
  sign: "phase 2 of 3, sign: using the next generation; the one of before stays trusted",
  distrust: "phase 3 of 3, distrust: trusting the one of before no more",
  settled: "noting that it is done",
};

/** @throws Error when the update fails; it has said why */
function update(name: string, { environment }: EnvironmentStack, step?: string): void {
  const { status } = spawnSync("pulumi", ["up", "-s", name, "--yes", "--skip-preview"], {
    ...{ cwd: repository, stdio: "inherit" },
    env: { ...environment, ...(step !== undefined && { SLIPWAY_ROTATE: step }) },
  });
  if (status !== 0) throw new Error("the update failed; make rotate goes on from this phase");
}

async function resourcesOf({ store }: EnvironmentStack, part: RotatingPart): Promise<RotatingResource[]> {
  const state = await store.read();
  return rotatingResources(state?.deployment ?? {}, part);
}

async function main(): Promise<void> {
  const [name = "dev"] = process.argv.slice(2);
  const part = given("WHAT") as RotatingPart | undefined;
  if (part === undefined) {
    throw new Error(
      "WHAT is missing; write WHAT=authorities, service-account-key, encryption-key or web-authority",
    );
  }
  const stack = environmentStack(name);
  const say = (line: string): void => {
    console.log(`rotation of ${part}: ${line}`);
  };
  if ((await resourcesOf(stack, part)).length === 0) {
    throw new Error(
      part === "web-authority"
        ? `${name} has no web authority: it is not up, or its ingress has no hosts to show a certificate for`
        : `There is no cluster in ${name}; make up ENV=${name} makes one`,
    );
  }
  say("bringing every machine to the phase that it is in");
  update(name, stack);
  let hasMoved = false;
  for (;;) {
    const resources = await resourcesOf(stack, part);
    const to = nextStep(resources.map(({ phase }) => phase));
    const obstacle = await precondition({ name, stack, part, to, resources, hasMoved, say });
    if (obstacle !== undefined) {
      const later = `${obstacle}; make rotate ENV=${name} WHAT=${part} goes on then`;
      if (!hasMoved) throw new Error(`rotation of ${part}: ${later}`);
      say(later);
      return;
    }
    say(titles[to]);
    update(name, stack, `${part}:${to}`);
    if (to === "settled") {
      say("done");
      return;
    }
    hasMoved = true;
  }
}

main().catch(failCommand);
