import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import type { Problems } from "../checks";
import type { Configuration } from "./configuration";
import type { Probes } from "./probes";
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
  /** TCP port that it listens on; without, it listens on none. */
  readonly port?: number;
  /** What the port is called. Default `http`. */
  readonly portName?: string;
  /** Takes the place of the image's entry point and command. */
  readonly command?: pulumi.Input<pulumi.Input<string>[]>;
  readonly configuration: Configuration;
  readonly volumes?: k8s.types.input.core.v1.Volume[];
  readonly volumeMounts?: k8s.types.input.core.v1.VolumeMount[];
  readonly resources?: k8s.types.input.core.v1.ResourceRequirements;
  readonly probes?: Probes;
  readonly termination?: Termination;
  readonly spread?: Spread;
  /** The label that pods of one revision have from their controller. Default: it gives them none. */
  readonly revisionLabel?: "pod-template-hash" | "controller-revision-hash";
  /** Number of the user and the group that it runs as. Default {@link nobody}. */
  readonly user?: number;
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
  const { account, configuration, termination = {}, user = nobody, restartPolicy } = facts;
  const { volumes = [], volumeMounts = [] } = facts;
  const { drainSeconds = 10, stopSeconds = 25 } = termination;
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
    topologySpreadConstraints: spreadConstraints(facts),
    containers: [container(facts, drainSeconds)],
    volumes: [{ name: "tmp", emptyDir: { sizeLimit: "64Mi" } }, ...configuration.volumes, ...volumes],
  };
}

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

function container(facts: PodFacts, drainSeconds: number): k8s.types.input.core.v1.Container {
  const { image, port, command, configuration, resources = defaultResources, probes = {} } = facts;
  const { portName = "http" } = facts;
  return {
    name: "app",
    image,
    imagePullPolicy: "IfNotPresent",
    ...(command === undefined ? {} : { command }),
    ...(port === undefined ? {} : { ports: [{ name: portName, containerPort: port, protocol: "TCP" }] }),
    env: [
      ...(port === undefined ? [] : [{ name: "PORT", value: String(port) }]),
      ...configuration.env,
      fieldVariable("POD_NAME", "metadata.name"),
      fieldVariable("NODE_NAME", "spec.nodeName"),
    ],
    ...(configuration.envFrom.length === 0 ? {} : { envFrom: configuration.envFrom }),
    resources,
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
      readOnlyRootFilesystem: true,
    },
    ...probes,
    // Until every node knows that this pod is going, requests still come: it answers them before it is told to stop.
    ...(drainSeconds > 0 ? { lifecycle: { preStop: { sleep: { seconds: drainSeconds } } } } : {}),
    volumeMounts: [
      { name: "tmp", mountPath: "/tmp" },
      ...configuration.volumeMounts,
      ...(facts.volumeMounts ?? []),
    ],
  };
}

export function checkTermination(problems: Problems, { drainSeconds, stopSeconds }: Termination): void {
  problems.expectWhole("termination.drainSeconds", drainSeconds, 0, 3600);
  problems.expectWhole("termination.stopSeconds", stopSeconds, 1, 3600);
}
