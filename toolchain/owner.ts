import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import * as path from "node:path";

/**
 * A short name for the place where a stack's state is kept, 16 hexadecimal digits: two stacks of one name in different
 * places make different environments, and only one of them can have the name on one Docker daemon.
 * @param backendUrl empty for the one that `pulumi login` chose
 */
export function ownerOf(backendUrl: string, organization: string, project: string, stack: string): string {
  const place = JSON.stringify([backendUrl.replace(/\/+$/, ""), organization, project, stack]);
  return createHash("sha256").update(place).digest("hex").slice(0, 16);
}

/**
 * Where it is noted that an environment is that of another place, as its state was moved from there: `make adopt`. Beside the
 * state, as what is kept of the environment bears that owner too.
 * @param stateRoot as `stateRoot` gives it
 */
export function adoptedOwnerFile(stateRoot: string, environment: string): string {
  return path.join(stateRoot, "owners", environment);
}

/** The owner that is noted there; undefined where the state was never moved. */
export function adoptedOwner(stateRoot: string, environment: string): string | undefined {
  const file = adoptedOwnerFile(stateRoot, environment);
  return existsSync(file) ? readFileSync(file, "utf8").trim() : undefined;
}
