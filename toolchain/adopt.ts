// Has an environment's state be the one that its machines belong to, where it was moved: `npx tsx toolchain/adopt.ts dev`.
import { mkdirSync, writeFileSync } from "node:fs";
import * as path from "node:path";

import { ownerLabel } from "../components/machines/belonging";
import { failCommand } from "./command";
import { stateRoot } from "./environment";
import { adoptedOwnerFile } from "./owner";
import { ownOwner } from "./own-owner";
import type { ResourceState } from "./recover/deployment";
import { lookIntoDocker, type SeenInDocker } from "./recover/docker";
import { environmentStack } from "./recover/environment-stack";
import { dockerKind } from "./recover/names";

/** The owners that Docker says of what a state has there. */
export function ownersOf(
  resources: readonly ResourceState[],
  { containers, volumes, networks }: Pick<SeenInDocker, "containers" | "volumes" | "networks">,
): string[] {
  const ids = new Set(resources.filter((each) => dockerKind(each) !== undefined).map(({ id }) => id));
  const beginning = `${ownerLabel}=`;
  const labels = [...containers, ...volumes, ...networks]
    .filter(({ id }) => ids.has(id))
    .flatMap((each) => each.labels);
  const owners = labels
    .filter((label) => label.startsWith(beginning))
    .map((label) => label.slice(beginning.length));
  return [...new Set(owners)];
}

async function main(): Promise<void> {
  const [name = "dev"] = process.argv.slice(2);
  const state = await environmentStack(name).store.read();
  const owners = ownersOf(state?.deployment.resources ?? [], await lookIntoDocker());
  const [owner] = owners;
  if (owner === undefined || owners.length > 1) {
    throw new Error(
      owner === undefined
        ? `Nothing that the state of ${name} has is on this Docker daemon: there is nothing to adopt`
        : `What the state of ${name} has on this Docker daemon belongs to several places: ${owners.join(", ")}`,
    );
  }
  if (owner === ownOwner(name)) {
    console.log(`${name} belongs to its state in ${stateRoot()} already`);
    return;
  }
  const file = adoptedOwnerFile(stateRoot(), name);
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, `${owner}\n`);
  console.log(
    `${name} belongs to its state in ${stateRoot()} from now on. Remove the one that it was copied from:`,
  );
  console.log("two states of one environment undo each other's work");
}

if (require.main === module) main().catch(failCommand);
