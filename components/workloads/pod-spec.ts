import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import type { Problems } from "../checks";
import { asWritten } from "./as-written";
import type { Configuration } from "./configuration";
import { containerPorts, type PortArgs } from "./ports";
import type { Probes } from "./probes";
import { type ContainerArgs, type ProgramArgs, scratchOf } from "./program-args";
import type { Account } from "./service-account";

/** How a pod is told to go. */
export interface Termination {
  /**
   * Seconds that a pod still answers before it is told to stop, until every node and ingress knows that it goes: 0 to
   * 3600. Default 10: mostly they know within two, but took six where all pods of a drained node began at once on
   * another one.
   */
  readonly drainSeconds?: number;
  /** Seconds that the program has after that to end by itself, 1 to 3600; it is killed then. Default 25. */
  readonly stopSeconds?: number;
}

/** Everything that a pod is made of. */
export interface PodFacts {
  readonly account: Account;
  /** Labels that only the pods of this set have. */
  readonly selector: Record<string, string>;
  readonly image: pulumi.Input<string>;
  /** The port that it is told as `PORT`; without, it is told none. */
  readonly port?: number;
  /** All ports that it listens on, by name. Default none. */
  readonly ports?: Readonly<Record<string, PortArgs>>;
  /** How it runs. */
  readonly program?: ProgramArgs;
  readonly configuration: Configuration;
  readonly volumes?: k8s.types.input.core.v1.Volume[];
  readonly volumeMounts?: k8s.types.input.core.v1.VolumeMount[];
  readonly resources?: k8s.types.input.core.v1.ResourceRequirements;
  readonly probes?: Probes;
  readonly termination?: Termination;
  readonly spread?: Spread;
  /** The label that pods of one revision have from their controller. Default: it gives them none. */
  readonly revisionLabel?: "pod-template-hash" | "controller-revision-hash";
  /** What becomes of a container that has ended. Default `Always`. */
  readonly restartPolicy?: "Never";
}

/** How pods of one kind keep apart. */
export interface Spread {
  /**
   * Labels of nodes by whose values pods are shared out evenly, such as `topology.kubernetes.io/zone`. Every node must
   * have all of them: the scheduler prefers none otherwise. Default `["kubernetes.io/hostname"]`.
   */
  readonly over?: readonly string[];
  /** Whether a pod rather waits than being where it makes the shares uneven. Default false. */
  readonly required?: boolean;
}

/** The user of Google's distroless images, `nonroot`: a number, as the kubelet cannot judge a name. */
export const nobody = 65532;

export const defaultResources: k8s.types.input.core.v1.ResourceRequirements = {
  requests: { cpu: "50m", memory: "64Mi" },
  limits: { cpu: "1", memory: "256Mi" },
};

/**
 * A pod as Pod Security `restricted` wants it:
 * https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
 */
export function podSpec(facts: PodFacts): k8s.types.input.core.v1.PodSpec {
  const { account, configuration, termination = {}, program = {}, restartPolicy } = facts;
  const { volumes = [], volumeMounts = [] } = facts;
  const { drainSeconds = 10, stopSeconds = 25 } = termination;
  const { user = nobody, hostAliases = [], initContainers = [], sidecars = [] } = program;
  const scratch = scratchVolumes(facts);
  const folders = { scratch: scratch.mounts, volumes: volumeMounts };
  return {
    serviceAccountName: account.name,
    automountServiceAccountToken: account.withToken,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: drainSeconds + stopSeconds,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: user,
      runAsGroup: user,
      seccompProfile: { type: "RuntimeDefault" },
      // A volume becomes the program's, file by file only if its root is not yet.
      ...(volumeMounts.length === 0 ? {} : { fsGroup: user, fsGroupChangePolicy: "OnRootMismatch" }),
    },
    ...(restartPolicy && { restartPolicy }),
    ...(hostAliases.length > 0 && {
      hostAliases: hostAliases.map(({ ip, hostnames }) => ({ ip, hostnames: [...hostnames] })),
    }),
    topologySpreadConstraints: spreadConstraints(facts),
    ...(initContainers.length + sidecars.length > 0 && {
      initContainers: [
        // One that is started anew whenever it ends runs beside the program; those after it do not wait for its end:
        // https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/
        ...sidecars.map((args) => ({ ...besides(args, facts, folders), restartPolicy: "Always" })),
        ...initContainers.map((args) => besides(args, facts, folders)),
      ],
    }),
    containers: [container(facts, folders, drainSeconds)],
    volumes: [...scratch.volumes, ...configuration.volumes, ...volumes],
  };
}

/** Where a pod's containers find folders that they may write to. */
interface Folders {
  readonly scratch: readonly k8s.types.input.core.v1.VolumeMount[];
  readonly volumes: readonly k8s.types.input.core.v1.VolumeMount[];
}

function scratchVolumes({ program = {}, volumeMounts = [] }: PodFacts) {
  const folders = scratchOf(program, volumeMounts.map(({ mountPath }) => mountPath).filter(isText)).map(
    (folder, index) => ({ ...folder, name: folder.path === "/tmp" ? "tmp" : `scratch-${index}` }),
  );
  return {
    volumes: folders.map(({ name, size, inMemory }) => ({
      name,
      emptyDir: { sizeLimit: size, ...(inMemory && { medium: "Memory" }) },
    })),
    mounts: folders.map(({ name, path }) => ({ name, mountPath: path })),
  };
}

const isText = (value: unknown): value is string => typeof value === "string";

function spreadConstraints({ selector, spread = {}, revisionLabel }: PodFacts) {
  const { over = ["kubernetes.io/hostname"], required = false } = spread;
  return over.map((topologyKey) => ({
    maxSkew: 1,
    topologyKey,
    // A wish, unless told otherwise: an environment of one worker runs all pods on it.
    whenUnsatisfiable: required ? "DoNotSchedule" : "ScheduleAnyway",
    labelSelector: { matchLabels: selector },
    // Old ones that are about to go do not count.
    ...(revisionLabel && { matchLabelKeys: [revisionLabel] }),
  }));
}

/** What a program may want to say of itself: https://kubernetes.io/docs/concepts/workloads/pods/downward-api/ */
function fieldVariable(name: string, fieldPath: string): k8s.types.input.core.v1.EnvVar {
  return { name, valueFrom: { fieldRef: { fieldPath } } };
}

const itself = [fieldVariable("POD_NAME", "metadata.name"), fieldVariable("NODE_NAME", "spec.nodeName")];

const restricted: k8s.types.input.core.v1.SecurityContext = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  readOnlyRootFilesystem: true,
};

/** The program. */
function container(
  facts: PodFacts,
  { scratch, volumes }: Folders,
  drainSeconds: number,
): k8s.types.input.core.v1.Container {
  const {
    image,
    port,
    ports = {},
    configuration,
    resources = defaultResources,
    probes = {},
    program = {},
  } = facts;
  return {
    name: "app",
    image,
    imagePullPolicy: "IfNotPresent",
    ...commandOf(program),
    ...(Object.keys(ports).length > 0 && { ports: containerPorts(ports) }),
    env: [
      ...(port === undefined ? [] : [{ name: "PORT", value: String(port) }]),
      ...configuration.env,
      ...itself,
    ],
    ...(configuration.envFrom.length === 0 ? {} : { envFrom: configuration.envFrom }),
    resources,
    securityContext: restricted,
    ...probes,
    // Until every node knows that this pod is going, requests still come: it answers them before it is told to stop.
    ...(drainSeconds > 0 ? { lifecycle: { preStop: { sleep: { seconds: drainSeconds } } } } : {}),
    volumeMounts: [...scratch, ...configuration.volumeMounts, ...volumes],
  };
}

/** Another program of the same pod. */
function besides(
  {
    name,
    image,
    env = {},
    sharesConfiguration = false,
    resources = defaultResources,
    ...program
  }: ContainerArgs,
  facts: PodFacts,
  { scratch, volumes }: Folders,
): k8s.types.input.core.v1.Container {
  const { configuration } = facts;
  const shared = sharesConfiguration ? configuration : { env: [], envFrom: [], volumeMounts: [] };
  const own = Object.entries(env).map(([key, value]) => ({ name: key, value: asWritten(value) }));
  return {
    name,
    image: image ?? facts.image,
    imagePullPolicy: "IfNotPresent",
    ...commandOf(program),
    env: [...shared.env, ...own, ...itself],
    ...(shared.envFrom.length > 0 && { envFrom: shared.envFrom }),
    resources,
    securityContext: restricted,
    volumeMounts: [...scratch, ...shared.volumeMounts, ...volumes],
  };
}

function commandOf({ command, args }: Pick<ProgramArgs, "command" | "args">) {
  return {
    ...(command && { command: command.map(asWritten) }),
    ...(args && { args: args.map(asWritten) }),
  };
}

export function checkTermination(problems: Problems, { drainSeconds, stopSeconds }: Termination): void {
  problems.expectWhole("termination.drainSeconds", drainSeconds, 0, 3600);
  problems.expectWhole("termination.stopSeconds", stopSeconds, 1, 3600);
}
