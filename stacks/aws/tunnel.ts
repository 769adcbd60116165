// Opens a Session Manager tunnel to an internal API, and keeps it open: `npx tsx stacks/aws/tunnel.ts prod`.
import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

import type { StartSessionResponse } from "@aws-sdk/client-ssm";

import { environmentLabel } from "../../components/machines/belonging";
import { settingsOf } from "../../toolchain/environment";
import { loadConfig } from "../config";
import { toolchainFacts } from "../toolchain-facts";
import { failCommand } from "../../toolchain/command";

/** What a tunnel leads to, and where it is here. */
export interface TunnelPlan {
  readonly environment: string;
  readonly region: string;
  /** On 127.0.0.1. */
  readonly localPort: number;
  /** The API's name inside the VPC. */
  readonly host: string;
}

/** Port of the API's load balancers. */
const apiPort = 6443;
const pollMilliseconds = 5000;

/**
 * What an environment's settings say of its tunnel.
 * @throws {ConfigurationError} when they are wrong, and Error when it has none
 */
export function tunnelPlan(name: string, settings: Readonly<Record<string, unknown>>): TunnelPlan {
  const { aws, ports } = loadConfig(name, settings, toolchainFacts());
  if (aws === undefined) throw new Error(`${name} is not on AWS: its API answers on 127.0.0.1:${ports.api}`);
  if (aws.access.kind !== "tunnel") {
    throw new Error(
      `the API of ${name} is reached without a tunnel: slipway:aws.access is ${aws.access.kind}; write tunnel for one`,
    );
  }
  return {
    environment: name,
    region: aws.region,
    localPort: ports.api,
    host: `api.${name}.slipway.internal`,
  };
}

/** Id of a control plane whose agent answers Session Manager; undefined while there is none. */
export async function tunnelTarget({ environment, region }: TunnelPlan): Promise<string | undefined> {
  const { DescribeInstanceInformationCommand, SSMClient } = await import("@aws-sdk/client-ssm");
  const { DescribeInstancesCommand, EC2Client } = await import("@aws-sdk/client-ec2");
  const { Reservations = [] } = await new EC2Client({ region }).send(
    new DescribeInstancesCommand({
      Filters: [
        { Name: `tag:${environmentLabel}`, Values: [environment] },
        { Name: "tag:slipway.machine", Values: ["control-plane-*"] },
        { Name: "instance-state-name", Values: ["running"] },
      ],
    }),
  );
  const ids = Reservations.flatMap(({ Instances = [] }) =>
    Instances.flatMap(({ InstanceId }) => InstanceId ?? []),
  );
  if (ids.length === 0) return undefined;
  const { InstanceInformationList = [] } = await new SSMClient({ region }).send(
    new DescribeInstanceInformationCommand({ Filters: [{ Key: "InstanceIds", Values: ids }] }),
  );
  return InstanceInformationList.find(({ PingStatus }) => PingStatus === "Online")?.InstanceId;
}

/** What a session is asked for. https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-sessions-start.html */
export function sessionRequest({ host, localPort }: TunnelPlan, target: string) {
  return {
    Target: target,
    DocumentName: "AWS-StartPortForwardingSessionToRemoteHost",
    Parameters: { host: [host], portNumber: [String(apiPort)], localPortNumber: [String(localPort)] },
  };
}

/** The arguments by which AWS' clients start its plugin: what was answered, and what had been asked. */
export function pluginArguments(
  { region }: TunnelPlan,
  answer: Pick<StartSessionResponse, "SessionId" | "StreamUrl" | "TokenValue">,
  request: ReturnType<typeof sessionRequest>,
  profile = process.env.AWS_PROFILE ?? "",
): string[] {
  const { SessionId, StreamUrl, TokenValue } = answer;
  const session = JSON.stringify({ SessionId, StreamUrl, TokenValue });
  const endpoint = `https://ssm.${region}.amazonaws.com`;
  return [session, region, "StartSession", profile, JSON.stringify(request), endpoint];
}

/** Runs one session until it ends. */
async function runSession(plan: TunnelPlan, target: string): Promise<void> {
  const { SSMClient, StartSessionCommand } = await import("@aws-sdk/client-ssm");
  const request = sessionRequest(plan, target);
  const answer = await new SSMClient({ region: plan.region }).send(new StartSessionCommand(request));
  const plugin = spawn("session-manager-plugin", pluginArguments(plan, answer, request), {
    stdio: "inherit",
  });
  await new Promise((resolve, reject) => {
    plugin.once("exit", resolve);
    plugin.once("error", (error) => {
      reject(new Error(`session-manager-plugin does not run; make setup builds it: ${error.message}`));
    });
  });
}

/** AWS ends a session that was idle for 20 minutes, and each after a day: another one takes its place. */
async function keepOpen(plan: TunnelPlan, signal: AbortSignal): Promise<void> {
  let said = "";
  const say = (line: string): void => {
    if (line !== said) console.log(line);
    said = line;
  };
  while (!signal.aborted) {
    const target = await tunnelTarget(plan);
    if (target === undefined) {
      say(`waiting for a control plane of ${plan.environment} that answers Session Manager`);
    } else {
      say(
        `127.0.0.1:${plan.localPort} leads to ${plan.host}:${apiPort} by way of ${target}; end it with Ctrl-C`,
      );
      await runSession(plan, target);
    }
    await sleep(pollMilliseconds, undefined, { signal }).catch(() => undefined);
  }
}

async function main(): Promise<void> {
  const [name = "dev"] = process.argv.slice(2);
  const interruption = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      interruption.abort();
    });
  }
  await keepOpen(tunnelPlan(name, settingsOf(name)), interruption.signal);
}

if (require.main === module) {
  main().catch(failCommand);
}
