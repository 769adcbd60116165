import { Microservice, type MicroserviceArgs } from "../../../../components/workloads";
import {
  containerOf,
  countByType,
  inputsOf,
  recordResources,
  type Registered,
  registeredBy,
} from "../../../support/recorder";

beforeEach(() => {
  recordResources();
});

const image =
  "127.0.0.1:5000/catalog@sha256:0000000000000000000000000000000000000000000000000000000000000000";
const instance = { "app.kubernetes.io/name": "catalog", "app.kubernetes.io/instance": "catalog" };
const networkPolicy = "kubernetes:networking.k8s.io/v1:NetworkPolicy";

function create(args: Partial<MicroserviceArgs> = {}, name = "catalog"): Promise<Registered[]> {
  return registeredBy((options) => new Microservice(name, { namespace: "shop", image, ...args }, options));
}

const hpa = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler";
const deploymentType = "kubernetes:apps/v1:Deployment";

describe("autoscaling", () => {
  test("leaves the number of pods to the autoscaler, which asks for 70 % of the processor", async () => {
    const resources = await create({ autoscaling: { min: 2, max: 10 } });
    expect(inputsOf(resources, deploymentType).spec).not.toHaveProperty("replicas");
    expect(inputsOf(resources, hpa).spec).toEqual({
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "catalog" },
      minReplicas: 2,
      maxReplicas: 10,
      metrics: [
        {
          type: "Resource",
          resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 70 } },
        },
      ],
      behavior: { scaleDown: { stabilizationWindowSeconds: 300 } },
    });
    expect(countByType(resources)["kubernetes:policy/v1:PodDisruptionBudget"]).toBe(1);
  });

  test("goes by memory alone, or by both, and scales down as fast as it is told", async () => {
    const { metrics, behavior } = inputsOf(
      await create({ autoscaling: { min: 1, max: 3, memoryPercent: 80, scaleDownSeconds: 10 } }),
      hpa,
    ).spec;
    expect(metrics).toMatchObject([{ resource: { name: "memory", target: { averageUtilization: 80 } } }]);
    expect(behavior).toEqual({ scaleDown: { stabilizationWindowSeconds: 10 } });
    recordResources();
    const both = await create({ autoscaling: { min: 1, max: 3, cpuPercent: 50, memoryPercent: 80 } });
    expect(inputsOf(both, hpa).spec.metrics).toMatchObject([
      { resource: { name: "cpu", target: { averageUtilization: 50 } } },
      { resource: { name: "memory", target: { averageUtilization: 80 } } },
    ]);
  });
});

describe("configuration", () => {
  test("keeps secrets in an immutable Secret of Pulumi's naming, by which its pods change", async () => {
    const resources = await create({ secrets: { TOKEN: "hush" } });
    const secret = inputsOf(resources, "kubernetes:core/v1:Secret");
    // Marked as the engine wants a secret marked, which it then encrypts in the state.
    const mark = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };
    expect(secret).toMatchObject({ immutable: true, stringData: { ...mark, value: { TOKEN: "hush" } } });
    expect(secret.metadata).not.toHaveProperty("name");
    const container = containerOf(inputsOf(resources, deploymentType));
    expect(container.envFrom).toHaveLength(1);
    expect(JSON.stringify(container.env)).not.toContain("TOKEN");
  });

  test("mounts each file read-only at its path, from one ConfigMap", async () => {
    const resources = await create({ files: { "/etc/catalog/a.json": "{}", "/etc/other/a.json": "[]" } });
    expect(inputsOf(resources, "kubernetes:core/v1:ConfigMap")).toMatchObject({
      immutable: true,
      data: { "0-a.json": "{}", "1-a.json": "[]" },
    });
    expect(containerOf(inputsOf(resources, deploymentType)).volumeMounts).toEqual([
      { name: "tmp", mountPath: "/tmp" },
      { name: "files", mountPath: "/etc/catalog/a.json", subPath: "0-a.json", readOnly: true },
      { name: "files", mountPath: "/etc/other/a.json", subPath: "1-a.json", readOnly: true },
    ]);
  });
});

describe("roll-out", () => {
  test("takes surge, unavailable and deadline as they are given", async () => {
    const { strategy, progressDeadlineSeconds } = inputsOf(
      await create({ rollout: { maxSurge: "50%", maxUnavailable: 1, deadlineSeconds: 30 } }),
      deploymentType,
    ).spec;
    expect(strategy).toEqual({
      type: "RollingUpdate",
      rollingUpdate: { maxSurge: "50%", maxUnavailable: 1 },
    });
    expect(progressDeadlineSeconds).toBe(30);
  });

  test("a canary is a Deployment and a Service beside it, with the same account, policies and configuration", async () => {
    const canaryImage = image.replace("00", "11");
    const resources = await create({
      secrets: { TOKEN: "hush" },
      rollout: { canary: { image: canaryImage, weight: 10 } },
    });
    expect(countByType(resources)).toEqual({
      "slipway:workloads:Microservice": 1,
      "pulumi-nodejs:dynamic/workloads:RolloutStatus": 2,
      [deploymentType]: 2,
      "kubernetes:core/v1:Service": 2,
      "kubernetes:core/v1:ServiceAccount": 1,
      "kubernetes:core/v1:Secret": 1,
      "kubernetes:policy/v1:PodDisruptionBudget": 1,
      [networkPolicy]: 1,
    });
    const labels = { ...instance, "app.kubernetes.io/instance": "catalog-canary" };
    const deployment = inputsOf(resources, deploymentType, "catalog-canary");
    expect(deployment.spec).toMatchObject({ replicas: 1, selector: { matchLabels: labels } });
    expect(deployment.spec.template.spec.serviceAccountName).toBe("catalog");
    expect(containerOf(deployment).image).toBe(canaryImage);
    expect(containerOf(inputsOf(resources, deploymentType, "catalog")).image).toBe(image);
    expect(inputsOf(resources, "kubernetes:core/v1:Service", "catalog-canary").spec.selector).toEqual(labels);
    // The policies are about both.
    expect(deployment.spec.template.metadata.labels).toMatchObject(labels);
    expect(inputsOf(resources, networkPolicy).spec.podSelector).toEqual({
      matchLabels: { "app.kubernetes.io/name": "catalog" },
    });
  });
});

test("goes in the time that it is given", async () => {
  const deployment = inputsOf(
    await create({ termination: { drainSeconds: 0, stopSeconds: 60 } }),
    deploymentType,
  );
  expect(deployment.spec.template.spec.terminationGracePeriodSeconds).toBe(60);
  expect(containerOf(deployment)).not.toHaveProperty("lifecycle");
});

test("roles give its pods a token, a Role and bindings in its namespace, and a way to the API", async () => {
  const rule = { apiGroups: [""], resources: ["pods"], verbs: ["list"] };
  const resources = await create({ roles: [rule, "view"] });
  expect(inputsOf(resources, "kubernetes:rbac.authorization.k8s.io/v1:Role").rules).toEqual([rule]);
  const binding = "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding";
  const subjects = [{ kind: "ServiceAccount", name: "catalog", namespace: "shop" }];
  const apiGroup = "rbac.authorization.k8s.io";
  expect(inputsOf(resources, binding, "catalog")).toMatchObject({
    roleRef: { apiGroup, kind: "Role", name: "catalog" },
    subjects,
  });
  expect(inputsOf(resources, binding, "catalog-view")).toMatchObject({
    roleRef: { apiGroup, kind: "ClusterRole", name: "view" },
    subjects,
  });
  expect(inputsOf(resources, deploymentType).spec.template.spec.automountServiceAccountToken).toBe(true);
  expect(inputsOf(resources, networkPolicy).spec.egress).toContainEqual({
    to: [{ ipBlock: { cidr: "0.0.0.0/0" } }],
    ports: [
      { port: 6443, protocol: "TCP" },
      { port: 443, protocol: "TCP" },
    ],
  });
});

test("a volume is a claim of its class, given to the program's group, and its pod goes before the next comes", async () => {
  const resources = await create({
    replicas: 1,
    volumes: [{ name: "uploads", path: "/var/uploads", size: "1Gi", class: "keep" }],
  });
  expect(inputsOf(resources, "kubernetes:core/v1:PersistentVolumeClaim")).toMatchObject({
    metadata: { name: "catalog-uploads", namespace: "shop" },
    spec: {
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: "1Gi" } },
      storageClassName: "keep",
    },
  });
  const deployment = inputsOf(resources, deploymentType);
  expect(deployment.spec.strategy).toEqual({ type: "Recreate" });
  expect(deployment.spec.template.spec).toMatchObject({
    securityContext: { fsGroup: 65532, fsGroupChangePolicy: "OnRootMismatch" },
    volumes: [{ name: "tmp" }, { persistentVolumeClaim: { claimName: "catalog-uploads" } }],
  });
  expect(containerOf(deployment).volumeMounts).toContainEqual({ name: "uploads", mountPath: "/var/uploads" });
});

test("builds its image and runs it by digest, when it is given a build context", async () => {
  const resources = await create({
    image: undefined,
    build: { registry: "127.0.0.1:5000", tag: "abc", context: "/src", dockerfile: "Dockerfile" },
  });
  expect(inputsOf(resources, "docker:index/remoteImage:RemoteImage")).toMatchObject({
    name: "127.0.0.1:5000/catalog:abc",
    build: { context: "/src", dockerfile: "Dockerfile" },
  });
  expect(containerOf(inputsOf(resources, deploymentType)).image).toMatch(/^127\.0\.0\.1:5000\/catalog@/);
});
