import { Microservice, type MicroserviceArgs } from "../../../../components/workloads";
import {
  containerOf,
  countByType,
  inputsOf,
  recordResources,
  type Registered,
  registeredBy,
  valueOf,
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

test("registers exactly its six objects, and the wait for its pods, all under its own name", async () => {
  const resources = await create();
  expect(countByType(resources)).toEqual({
    "slipway:workloads:Microservice": 1,
    "pulumi-nodejs:dynamic/workloads:RolloutStatus": 1,
    "kubernetes:apps/v1:Deployment": 1,
    "kubernetes:core/v1:Service": 1,
    "kubernetes:core/v1:ServiceAccount": 1,
    "kubernetes:policy/v1:PodDisruptionBudget": 1,
    [networkPolicy]: 1,
  });
  for (const { name, type, inputs } of resources) {
    expect(name).toBe("catalog");
    if (type.startsWith("kubernetes:")) {
      expect(inputs.metadata).toMatchObject({
        name: "catalog",
        namespace: "shop",
        labels: {
          "app.kubernetes.io/name": "catalog",
          "app.kubernetes.io/instance": "catalog",
          "app.kubernetes.io/part-of": "shop",
          "app.kubernetes.io/managed-by": "pulumi",
        },
      });
    }
  }
});

test("runs two pods of the image and replaces them one by one, none before its successor is ready", async () => {
  const deployment = inputsOf(await create(), "kubernetes:apps/v1:Deployment");
  expect(deployment.spec).toMatchObject({
    replicas: 2,
    strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
    selector: { matchLabels: instance },
  });
  expect(deployment.spec.template.spec).toMatchObject({
    serviceAccountName: "catalog",
    terminationGracePeriodSeconds: 35,
  });
  expect(containerOf(deployment)).toMatchObject({
    image,
    ports: [{ name: "http", containerPort: 8080, protocol: "TCP" }],
    lifecycle: { preStop: { sleep: { seconds: 10 } } },
  });
});

test("passes every rule of Pod Security restricted", async () => {
  const resources = await create();
  const deployment = inputsOf(resources, "kubernetes:apps/v1:Deployment");
  const { spec } = deployment.spec.template;
  expect(spec.securityContext).toEqual({
    runAsNonRoot: true,
    runAsUser: 65532,
    runAsGroup: 65532,
    seccompProfile: { type: "RuntimeDefault" },
  });
  expect(spec.volumes).toEqual([{ name: "tmp", emptyDir: { sizeLimit: "64Mi" } }]);
  expect(spec).not.toHaveProperty("hostNetwork");
  expect(containerOf(deployment).securityContext).toEqual({
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
    readOnlyRootFilesystem: true,
  });
});

test("gives its pods no token of the API", async () => {
  const resources = await create();
  const deployment = inputsOf(resources, "kubernetes:apps/v1:Deployment");
  expect(deployment.spec.template.spec.automountServiceAccountToken).toBe(false);
  expect(inputsOf(resources, "kubernetes:core/v1:ServiceAccount")).toMatchObject({
    automountServiceAccountToken: false,
  });
});

test("asks the program on its port whether it lives and whether it is ready", async () => {
  const container = containerOf(inputsOf(await create(), "kubernetes:apps/v1:Deployment"));
  expect(container).toMatchObject({
    startupProbe: { httpGet: { path: "/healthz", port: "http" } },
    livenessProbe: { httpGet: { path: "/healthz", port: "http" } },
    readinessProbe: { httpGet: { path: "/readyz", port: "http" } },
  });
});

test("takes other probe paths, resources, port and environment", async () => {
  const resources = await create({
    probes: { liveness: "/alive", readiness: "/open" },
    resources: { requests: { cpu: "2" } },
    port: 9000,
    env: { GREETING: "hello" },
  });
  expect(containerOf(inputsOf(resources, "kubernetes:apps/v1:Deployment"))).toMatchObject({
    startupProbe: { httpGet: { path: "/alive" } },
    livenessProbe: { httpGet: { path: "/alive" } },
    readinessProbe: { httpGet: { path: "/open" } },
    resources: { requests: { cpu: "2" } },
    ports: [{ containerPort: 9000 }],
    env: [
      { name: "PORT", value: "9000" },
      { name: "GREETING", value: "hello" },
      { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
      { name: "NODE_NAME", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } },
    ],
  });
});

test("has requests and limits of its own when none are given", async () => {
  expect(containerOf(inputsOf(await create(), "kubernetes:apps/v1:Deployment")).resources).toEqual({
    requests: { cpu: "50m", memory: "64Mi" },
    limits: { cpu: "1", memory: "256Mi" },
  });
});

test("answers inside the cluster on port 80, and at a URL that does not wait for its pods", async () => {
  let service: Microservice | undefined;
  const resources = await registeredBy((options) => {
    service = new Microservice("catalog", { namespace: "shop", image }, options);
  });
  expect(inputsOf(resources, "kubernetes:core/v1:Service").spec).toEqual({
    type: "ClusterIP",
    selector: instance,
    ports: [{ name: "http", port: 80, protocol: "TCP", targetPort: "http" }],
  });
  expect(service && (await valueOf(service.url))).toBe("http://catalog.shop");
});

test.each([
  [0, 0],
  [1, 0],
  [2, 1],
  [5, 1],
])("with %s replicas there are %s disruption budgets", async (replicas, budgets) => {
  const resources = await create({ replicas });
  expect(resources.filter(({ type }) => type === "kubernetes:policy/v1:PodDisruptionBudget")).toHaveLength(
    budgets,
  );
});

test("a disruption budget lets one pod go at a time, and a broken one always", async () => {
  expect(inputsOf(await create(), "kubernetes:policy/v1:PodDisruptionBudget").spec).toEqual({
    selector: { matchLabels: instance },
    maxUnavailable: 1,
    unhealthyPodEvictionPolicy: "AlwaysAllow",
  });
});

describe("network policies", () => {
  const dns = {
    to: [
      {
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
        podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
      },
    ],
    ports: [
      { port: 53, protocol: "UDP" },
      { port: 53, protocol: "TCP" },
    ],
  };

  test("alone, it lets nobody in and itself out to DNS only", async () => {
    expect(inputsOf(await create(), networkPolicy).spec).toEqual({
      podSelector: { matchLabels: { "app.kubernetes.io/name": "catalog" } },
      policyTypes: ["Ingress", "Egress"],
      egress: [dns],
    });
  });

  test("talksTo opens both sides: the caller's way out and each callee's way in", async () => {
    const resources = await registeredBy((options) => {
      const catalog = new Microservice("catalog", { namespace: "shop", image, port: 9000 }, options);
      const payments = new Microservice("payments", { namespace: "bank", image }, options);
      new Microservice("storefront", { namespace: "shop", image, talksTo: [catalog, payments] }, options);
    });
    expect(resources.filter(({ type }) => type === networkPolicy).map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        "catalog",
        "payments",
        "storefront",
        "storefront-to-catalog",
        "storefront-to-payments",
      ]),
    );
    expect(countByType(resources)[networkPolicy]).toBe(5);

    const pods = (namespace: string, name: string) => ({
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
      podSelector: { matchLabels: { "app.kubernetes.io/name": name } },
    });
    expect(inputsOf(resources, networkPolicy, "storefront").spec.egress).toEqual([
      dns,
      { to: [pods("shop", "catalog")], ports: [{ port: 9000, protocol: "TCP" }] },
      { to: [pods("bank", "payments")], ports: [{ port: 8080, protocol: "TCP" }] },
    ]);
    expect(inputsOf(resources, networkPolicy, "storefront-to-payments")).toMatchObject({
      metadata: { name: "storefront-to-payments", namespace: "bank" },
      spec: {
        podSelector: { matchLabels: { "app.kubernetes.io/name": "payments" } },
        policyTypes: ["Ingress"],
        ingress: [{ from: [pods("shop", "storefront")], ports: [{ port: 8080, protocol: "TCP" }] }],
      },
    });
    // The callee's own policy is the same whoever calls it.
    expect(inputsOf(resources, networkPolicy, "catalog").spec).not.toHaveProperty("ingress");
  });

  test("talksTo opens the same for a microservice of another stack, on port 8080 when it says none", async () => {
    const policies = async (talksTo: MicroserviceArgs["talksTo"]): Promise<Record<string, unknown>[]> => {
      recordResources();
      const resources = await create({ namespace: "extras", talksTo }, "reviews");
      const edge = inputsOf(resources, networkPolicy, "reviews-to-catalog");
      return [inputsOf(resources, networkPolicy, "reviews").spec, { ...edge.metadata, ...edge.spec }];
    };
    const reference = { serviceName: "catalog", namespace: "shop" };
    const [own, edge] = await policies([reference]);
    expect(own?.egress).toEqual([
      dns,
      {
        to: [
          {
            namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "shop" } },
            podSelector: { matchLabels: { "app.kubernetes.io/name": "catalog" } },
          },
        ],
        ports: [{ port: 8080, protocol: "TCP" }],
      },
    ]);
    expect(edge).toMatchObject({
      name: "reviews-to-catalog",
      namespace: "shop",
      podSelector: { matchLabels: { "app.kubernetes.io/name": "catalog" } },
      ingress: [{ ports: [{ port: 8080, protocol: "TCP" }] }],
    });
    const [, otherPort] = await policies([{ ...reference, port: 9000 }]);
    expect(otherPort).toMatchObject({ ingress: [{ ports: [{ port: 9000, protocol: "TCP" }] }] });
  });
});
