import { Problems } from "../checks";
import { checkAutoscaling } from "./autoscaling";
import { checkConfiguration } from "./configuration";
import type { MicroserviceArgs } from "./microservice-args";
import { checkTermination } from "./pod-spec";
import { checkProbes } from "./probes";
import { checkReferences } from "./reference";
import { checkRollout } from "./rollout";
import { checkVolumes } from "./volumes";

/** Throws one error that names every setting that cannot work, with its value and what would be right. */
export function checkMicroservice(name: string, args: MicroserviceArgs): void {
  const { replicas, autoscaling, rollout = {}, talksTo = [], volumes = [] } = args;
  const problems = new Problems();
  problems.expectServiceName("name", name, rollout.canary === undefined ? 63 : 63 - "-canary".length);
  const sources = [args.image, args.build].filter((source) => source !== undefined);
  problems.expect(sources.length === 1, "image", sources.length, "give one of image and build");
  problems.expectWhole("replicas", replicas, 0, Infinity);
  problems.expectWhole("port", args.port, 1024, 65535, ", as it does not run as root");
  checkReferences(problems, "talksTo", talksTo);
  if (autoscaling !== undefined) {
    const both = "give one of replicas and autoscaling, which has min and max";
    problems.expect(replicas === undefined, "replicas", replicas, both);
    checkAutoscaling(problems, autoscaling, knownRequests(args));
  }
  checkConfiguration(
    problems,
    args,
    volumes.map(({ path }) => path),
    true,
  );
  const pods = (autoscaling?.max ?? replicas ?? defaultReplicas) + (rollout.canary?.replicas ?? 0);
  checkVolumes(problems, volumes, pods);
  checkProbes(problems, args.probes ?? {});
  checkTermination(problems, args.termination ?? {});
  checkRollout(problems, rollout);
  problems.expectAmount("disruptionBudget", args.disruptionBudget);
  problems.throwIfAny("Microservice", name);
}

export const defaultReplicas = 2;

/** What its pods request, if that is written out; the default requests both. */
function knownRequests({ resources }: MicroserviceArgs): Readonly<Record<string, unknown>> | undefined {
  if (resources === undefined) return undefined;
  const { requests = {} } = resources as { readonly requests?: unknown };
  // An output is not known yet.
  const isPlain = Object.getPrototypeOf(requests) === Object.prototype;
  return isPlain ? (requests as Readonly<Record<string, unknown>>) : undefined;
}
