import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

/** Paths that the program answers over HTTP on its port, with 200 when it is well. */
export interface ProbePaths {
  /** Fails when only a restart helps. Default `/healthz`. */
  readonly liveness?: string;
  /** Fails while the pod should get no requests. Default `/readyz`. */
  readonly readiness?: string;
}

export interface PodFacts {
  /** Name of the ServiceAccount. */
  readonly accountName: pulumi.Input<string>;
  /** Labels that only this microservice's pods have. */
  readonly selector: Record<string, string>;
  readonly image: pulumi.Input<string>;
  readonly port: number;
  readonly env: Readonly<Record<string, pulumi.Input<string>>>;
  readonly resources: k8s.types.input.core.v1.ResourceRequirements | undefined;
  readonly probes: ProbePaths | undefined;
}

/** The user of Google's distroless images, `nonroot`: a number, as the kubelet cannot judge a name. */
const nobody = 65532;

const defaultResources: k8s.types.input.core.v1.ResourceRequirements = {
  requests: { cpu: "50m", memory: "64Mi" },
  limits: { cpu: "1", memory: "256Mi" },
};

/**
 * A microservice's pod, as Pod Security `restricted` wants it:
 * https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
 */
export function podSpec(facts: PodFacts): k8s.types.input.core.v1.PodSpec {
  return {
    serviceAccountName: facts.accountName,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 30,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: nobody,
      runAsGroup: nobody,
      seccompProfile: { type: "RuntimeDefault" },
    },
    // A wish, not a rule: an environment of one worker runs all pods on it.
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: "kubernetes.io/hostname",
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels: facts.selector },
        matchLabelKeys: ["pod-template-hash"],
      },
    ],
    containers: [container(facts)],
    volumes: [{ name: "tmp", emptyDir: { sizeLimit: "64Mi" } }],
  };
}

/** What a program may want to say of itself: https://kubernetes.io/docs/concepts/workloads/pods/downward-api/ */
function fieldVariable(name: string, fieldPath: string): k8s.types.input.core.v1.EnvVar {
  return { name, valueFrom: { fieldRef: { fieldPath } } };
}

function container({
  image,
  port,
  env,
  resources,
  probes = {},
}: PodFacts): k8s.types.input.core.v1.Container {
  const { liveness = "/healthz", readiness = "/readyz" } = probes;
  return {
    name: "app",
    image,
    imagePullPolicy: "IfNotPresent",
    ports: [{ name: "http", containerPort: port, protocol: "TCP" }],
    env: [
      ...Object.entries({ PORT: String(port), ...env }).map(([name, value]) => ({ name, value })),
      fieldVariable("POD_NAME", "metadata.name"),
      fieldVariable("NODE_NAME", "spec.nodeName"),
    ],
    resources: resources ?? defaultResources,
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
      readOnlyRootFilesystem: true,
    },
    // A minute to start; the other probes begin when this one has passed.
    startupProbe: { httpGet: { path: liveness, port: "http" }, periodSeconds: 1, failureThreshold: 60 },
    readinessProbe: { httpGet: { path: readiness, port: "http" }, periodSeconds: 2, timeoutSeconds: 2 },
    livenessProbe: { httpGet: { path: liveness, port: "http" }, periodSeconds: 10, timeoutSeconds: 5 },
    // Until every node knows that this pod is going, requests still come: it answers them before it is told to stop.
    lifecycle: { preStop: { sleep: { seconds: 5 } } },
    volumeMounts: [{ name: "tmp", mountPath: "/tmp" }],
  };
}
