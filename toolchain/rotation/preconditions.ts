import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { type Connection, connect } from "../../components/cluster/actions/connect";
import { rewriteSecrets, secretsOfOtherKeys } from "../../components/cluster/actions/encrypted-secrets";
import type { RotatingPart, RotationPhase } from "../../components/pki";
import type { EnvironmentStack } from "../recover/environment-stack";
import { distrustInAggregation, kubeletsObstacle, trustEverywhere } from "./authorities";
import type { RotatingResource } from "./steps";
import { tokensObstacle } from "./tokens";

/** A step of a rotation before it is taken. */
export interface Step {
  /** Name of the environment. */
  readonly name: string;
  readonly stack: EnvironmentStack;
  readonly part: RotatingPart;
  readonly to: RotationPhase;
  readonly resources: readonly RotatingResource[];
  /** Whether the same command has taken the step before. */
  readonly hasMoved: boolean;
  /** Takes a line for a person. */
  readonly say: (line: string) => void;
}

/**
 * Does what has to be done of a phase before the next one begins, when its roll is over.
 * @returns why the next phase has to wait, in a sentence; undefined when it may begin
 */
export async function precondition(step: Step): Promise<string | undefined> {
  const { name, part, to, resources, hasMoved, say } = step;
  const [first] = resources;
  if (part === "encryption-key" && to === "distrust") {
    await encryptAnew(await connection(step), first?.generation ?? 1, say);
  }
  if (part === "service-account-key" && to === "distrust") {
    return await tokensObstacle((await connection(step)).api, first?.publicKeyPem ?? "");
  }
  if (part === "authorities" && to === "sign") await trustEverywhere(await connection(step), say);
  if (part === "authorities" && to === "distrust") {
    return await kubeletsObstacle((await connection(step)).api);
  }
  if (part === "authorities" && to === "settled") {
    const of = (role: string): string =>
      resources.find(({ name }) => name.endsWith(`-identity-${role}`))?.certificatePem ?? "";
    const authorities = { client: of("kubernetes-ca"), requestHeader: of("front-proxy-ca") };
    await distrustInAggregation(await connection(step), authorities);
  }
  // Nobody here knows who trusts it: whoever calls again says that they do.
  if (part === "web-authority" && to === "sign" && hasMoved) {
    return `whoever trusts the authority of the web servers of ${name} has to trust the next one too: pulumi stack output webAuthority -s ${name} gives both`;
  }
  return undefined;
}

async function connection({ name, stack: { environment, project } }: Step): Promise<Connection> {
  const output = ["-C", project, "stack", "output", "kubeconfig", "--show-secrets", "-s", name];
  const { stdout } = await promisify(execFile)("pulumi", output, { env: environment });
  return await connect(stdout);
}

/** Has all Secrets encrypted with the key that writes now, and looks into etcd whether they are. */
async function encryptAnew(
  connection: Connection,
  generation: number,
  say: (line: string) => void,
): Promise<void> {
  const count = await rewriteSecrets(connection.api, (done) => {
    say(`encrypting Secrets anew, ${done} so far`);
  });
  const left = await secretsOfOtherKeys(connection, generation);
  if (left.length > 0) {
    throw new Error(
      `of ${count} Secrets ${left.length} are not encrypted with key-${generation} in etcd: ${left.slice(0, 5).join(", ")}`,
    );
  }
  say(`all ${count} Secrets are encrypted with key-${generation}, as etcd has them`);
}
