import { Problems } from "../checks";
import { checkAutoscaling } from "./autoscaling";
import { checkConfiguration } from "./configuration";
import type { MicroserviceArgs } from "./microservice-args";
import { checkCallers } from "./network-policies";
import { checkTermination } from "./pod-spec";
import { checkPorts, type PortArgs } from "./ports";
import { checkProbes } from "./probes";
import { checkProgram, mountedPaths } from "./program-args";
import { checkCallees, defaultPort } from "./reference";
import { checkRollout } from "./rollout";
import { checkVolumes } from "./volumes";
import { checkName } from "./workload";

/** Throws one error that names every setting that cannot work, with its value and what would be right. */
export function checkMicroservice(name: string, args: MicroserviceArgs): void {
  const { replicas, autoscaling, rollout = {}, talksTo = [], volumes = [], serviceName } = args;
  const problems = new Problems();
  const longest = rollout.canary === undefined ? 63 : 63 - "-canary".length;
  checkName(problems, name, ["serviceName", serviceName], longest);
  const sources = [args.image, args.build].filter((source) => source !== undefined);
  problems.expect(sources.length === 1, "image", sources.length, "give one of image and build");
  problems.expectWhole("replicas", replicas, 0, Infinity);
  checkProgram(problems, args);
  if (args.port !== "none") {
    problems.expectWhole("port", args.port, 1024, 65535, ', as it does not run as root, or "none"');
  }
  checkPorts(problems, args.ports ?? {}, portsOf({ ...args, ports: {} }));
  checkCallees(problems, "talksTo", talksTo);
  checkCallers(problems, args.calledBy ?? [], portsOf(args));
  if (autoscaling !== undefined) {
    const both = "give one of replicas and autoscaling, which has min and max";
    problems.expect(replicas === undefined, "replicas", replicas, both);
    checkAutoscaling(problems, autoscaling, knownRequests(args));
  }
  checkConfiguration(problems, args, mountedPaths(args, volumes), args.port !== "none");
  const pods = (autoscaling?.max ?? replicas ?? defaultReplicas) + (rollout.canary?.replicas ?? 0);
  checkVolumes(problems, volumes, pods);
  checkProbes(problems, args.probes ?? {});
  const isAsked = args.port !== "none" || args.probes === undefined;
  problems.expect(isAsked, "probes", args.probes, "nothing can be asked where port is none: leave them out");
  const isExposed = args.port !== "none" || rollout.canary === undefined;
  problems.expect(
    isExposed,
    "rollout.canary",
    rollout.canary,
    "who has no port gets no share of requests: leave it out",
  );
  checkTermination(problems, args.termination ?? {});
  checkRollout(problems, rollout);
  problems.expectAmount("disruptionBudget", args.disruptionBudget);
  problems.throwIfAny("Microservice", name);
}

export const defaultReplicas = 2;

/** Name of the port on which a microservice answers HTTP. */
export const httpPort = "http";

/** All ports of a microservice by name. */
export function portsOf({
  port = defaultPort,
  ports = {},
}: Pick<MicroserviceArgs, "port" | "ports">): Readonly<Record<string, PortArgs>> {
  return { ...(port !== "none" && { [httpPort]: port }), ...ports };
}

/** What its pods request, if that is written out; the default requests both. */
function knownRequests({ resources }: MicroserviceArgs): Readonly<Record<string, unknown>> | undefined {
  if (resources === undefined) return undefined;
  const { requests = {} } = resources as { readonly requests?: unknown };
  // An output is not known yet.
  const isPlain = Object.getPrototypeOf(requests) === Object.prototype;
  return isPlain ? (requests as Readonly<Record<string, unknown>>) : undefined;
}
