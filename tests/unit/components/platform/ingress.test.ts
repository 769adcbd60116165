import { Ingress, type IngressArgs } from "../../../../components/platform";
import { Exposure } from "../../../../components/workloads";
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

const certificate = { certificatePem: "CERTIFICATE", privateKeyPem: "KEY" };
const nodePorts = { http: 30080, https: 30443 };
const deploymentType = "kubernetes:apps/v1:Deployment";

function create(args: Partial<IngressArgs> = {}): Promise<Registered[]> {
  return registeredBy(
    (options) => new Ingress("ingress", { version: "0.22.0", nodePorts, certificate, ...args }, options),
  );
}

test("registers exactly its eleven objects", async () => {
  expect(countByType(await create())).toEqual({
    "slipway:platform:Ingress": 1,
    "kubernetes:core/v1:Namespace": 1,
    "kubernetes:core/v1:ServiceAccount": 1,
    "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole": 1,
    "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding": 1,
    "kubernetes:networking.k8s.io/v1:IngressClass": 1,
    "kubernetes:networking.k8s.io/v1:NetworkPolicy": 1,
    "kubernetes:core/v1:Service": 1,
    "kubernetes:core/v1:Secret": 1,
    "kubernetes:policy/v1:PodDisruptionBudget": 1,
    [deploymentType]: 1,
  });
});

test("reads routes and where they lead, and no Secret", async () => {
  const role = inputsOf(await create(), "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole");
  expect(role.rules).toEqual([
    { apiGroups: ["networking.k8s.io"], resources: ["ingresses"], verbs: ["get", "list"] },
    { apiGroups: [""], resources: ["services"], verbs: ["get", "list"] },
    { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["get", "list"] },
  ]);
});

test("answers on its two ports of every node, and lets nobody reach anything else", async () => {
  const resources = await create();
  expect(inputsOf(resources, "kubernetes:core/v1:Service").spec).toMatchObject({
    type: "NodePort",
    ports: [
      { name: "http", port: 80, targetPort: "http", nodePort: 30080 },
      { name: "https", port: 443, targetPort: "https", nodePort: 30443 },
    ],
  });
  expect(inputsOf(resources, "kubernetes:networking.k8s.io/v1:NetworkPolicy").spec.ingress).toEqual([
    {
      ports: [
        { port: 9090, protocol: "TCP" },
        { port: 9443, protocol: "TCP" },
      ],
    },
  ]);
});

test("is the default class, by the name that exposures ask for", async () => {
  expect(inputsOf(await create(), "kubernetes:networking.k8s.io/v1:IngressClass")).toMatchObject({
    metadata: {
      name: "skipper",
      annotations: { "ingressclass.kubernetes.io/is-default-class": "true" },
    },
  });
});

test("has time to fail its readiness, to wait, and to answer what it has begun", async () => {
  const deployment = inputsOf(await create(), deploymentType);
  expect(deployment.spec).toMatchObject({
    replicas: 2,
    strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
  });
  expect(deployment.spec.template.spec.terminationGracePeriodSeconds).toBe(60);
  const { args, readinessProbe } = containerOf(deployment);
  expect(args).toContain("-wait-for-healthcheck-interval=15s");
  expect(readinessProbe).toMatchObject({ httpGet: { path: "/kube-system/healthz" }, periodSeconds: 1 });
});

test("runs nobody's code, reads no file for a route, and asks no host but the route's own", async () => {
  for (const { args = [] } of inputsOf(await create(), deploymentType).spec.template.spec.containers) {
    expect(args).toContain("-kubernetes-only-allowed-external-names");
    expect(args.join(" ")).not.toContain("-enable-lua");
    const [, refused = ""] = /^-disabled-filters=(.*)$/m.exec(args.join("\n")) ?? [];
    expect(refused.split(",")).toEqual(
      expect.arrayContaining(["lua", "static", "basicAuth", "bearerinjector", "tee", "setDynamicBackendUrl"]),
    );
    expect(args.some((each) => each.startsWith("-kubernetes-allowed-external-name"))).toBe(false);
  }
});

test("passes nothing on that is of the connection to a pod, which HTTP/2 does not allow", async () => {
  const dropped = ["Keep-Alive", "Proxy-Connection", "Upgrade"].map(
    (name) => `dropResponseHeader("${name}")`,
  );
  for (const { args } of inputsOf(await create(), deploymentType).spec.template.spec.containers) {
    expect(args).toContain(`-default-filters-prepend=${dropped.join(" -> ")}`);
  }
});

test("tells by a proxy of its own for each protocol how it was asked", async () => {
  const { containers } = inputsOf(await create(), deploymentType).spec.template.spec;
  expect(
    containers.map(({ name, args = [] }) => [name, args.filter((each) => each.includes("Proto"))]),
  ).toEqual([
    ["skipper", ["-forwarded-headers=X-Forwarded-For,X-Forwarded-Host,X-Forwarded-Proto=http"]],
    ["skipper-tls", ["-forwarded-headers=X-Forwarded-For,X-Forwarded-Host,X-Forwarded-Proto=https"]],
  ]);
});

test("reaches the API and pods, but none of the cluster's own, no machine and nothing outside", async () => {
  const { spec } = inputsOf(await create(), "kubernetes:networking.k8s.io/v1:NetworkPolicy");
  expect(spec.policyTypes).toEqual(["Ingress", "Egress"]);
  expect(spec.egress).toEqual([
    { to: [{ ipBlock: { cidr: "0.0.0.0/0" } }], ports: [{ port: 6443, protocol: "TCP" }] },
    {
      to: [
        {
          namespaceSelector: {
            matchExpressions: [
              {
                key: "kubernetes.io/metadata.name",
                operator: "NotIn",
                values: ["kube-system", "local-path-storage", "ingress"],
              },
            ],
          },
        },
      ],
    },
  ]);
});

test("keeps the key in an immutable Secret of Pulumi's naming, by which its pods change", async () => {
  const resources = await create();
  const secret = inputsOf(resources, "kubernetes:core/v1:Secret");
  expect(secret).toMatchObject({ type: "kubernetes.io/tls", immutable: true });
  expect(secret.metadata).not.toHaveProperty("name");
  const { containers } = inputsOf(resources, deploymentType).spec.template.spec;
  expect(containers.map(({ volumeMounts }) => volumeMounts)).toEqual([
    [],
    [{ name: "certificate", mountPath: "/etc/skipper/certificate", readOnly: true }],
  ]);
});

test("without a certificate answers on one port, and without a second pod has no disruption budget", async () => {
  const resources = await registeredBy(
    (options) => new Ingress("ingress", { version: "0.22.0", nodePorts, replicas: 1 }, options),
  );
  const counts = countByType(resources);
  expect(counts["kubernetes:core/v1:Secret"]).toBeUndefined();
  expect(counts["kubernetes:policy/v1:PodDisruptionBudget"]).toBeUndefined();
  expect(inputsOf(resources, "kubernetes:core/v1:Service").spec.ports).toHaveLength(1);
  const { args, volumeMounts } = containerOf(inputsOf(resources, deploymentType));
  expect(args).toContain("-address=:9090");
  expect(volumeMounts).toEqual([]);
});

// Neither component imports the other's folder, so they have to agree in this.
test("its pods are those that an exposure lets in", async () => {
  const deployment = inputsOf(await create(), deploymentType);
  recordResources();
  const to = { serviceName: "storefront", namespace: "shop" };
  const resources = await registeredBy(
    (options) => new Exposure("web", { namespace: "shop", routes: [{ to }] }, options),
  );
  expect(inputsOf(resources, "kubernetes:networking.k8s.io/v1:NetworkPolicy").spec.ingress).toMatchObject([
    {
      from: [
        {
          namespaceSelector: {
            matchLabels: { "kubernetes.io/metadata.name": deployment.metadata.namespace },
          },
          podSelector: { matchLabels: deployment.spec.template.metadata.labels },
        },
      ],
    },
  ]);
});
