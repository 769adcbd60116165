import { ClusterDns } from "../../../../components/platform";
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

function create(): Promise<Registered[]> {
  return registeredBy(
    (options) => new ClusterDns("dns", { version: "1.14.0", address: "10.96.0.10" }, options),
  );
}

test("registers exactly its eight objects", async () => {
  expect(countByType(await create())).toEqual({
    "slipway:platform:ClusterDns": 1,
    "kubernetes:core/v1:ServiceAccount": 1,
    "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole": 1,
    "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding": 1,
    "kubernetes:core/v1:ConfigMap": 1,
    "kubernetes:core/v1:Service": 1,
    "kubernetes:policy/v1:PodDisruptionBudget": 1,
    "kubernetes:apps/v1:Deployment": 1,
  });
});

test("answers at the address that kubelets give to pods, for UDP and TCP", async () => {
  const service = inputsOf(await create(), "kubernetes:core/v1:Service");
  expect(service.metadata).toMatchObject({ name: "kube-dns", namespace: "kube-system" });
  expect(service.spec).toEqual({
    clusterIP: "10.96.0.10",
    selector: { "k8s-app": "kube-dns" },
    ports: [
      { name: "dns", port: 53, protocol: "UDP", targetPort: 53 },
      { name: "dns-tcp", port: 53, protocol: "TCP", targetPort: 53 },
      { name: "metrics", port: 9153, protocol: "TCP", targetPort: 9153 },
    ],
  });
});

test("runs two pods on two nodes, of which one at most may be drained away", async () => {
  const resources = await create();
  const deployment = inputsOf(resources, "kubernetes:apps/v1:Deployment");
  const selector = { matchLabels: { "k8s-app": "kube-dns" } };
  expect(deployment.metadata).toMatchObject({ name: "coredns", namespace: "kube-system" });
  expect(deployment.spec).toMatchObject({ replicas: 2, selector });
  expect(deployment.spec.template.spec.topologySpreadConstraints).toEqual([
    {
      maxSkew: 1,
      topologyKey: "kubernetes.io/hostname",
      whenUnsatisfiable: "DoNotSchedule",
      labelSelector: selector,
      matchLabelKeys: ["pod-template-hash"],
    },
  ]);
  expect(inputsOf(resources, "kubernetes:policy/v1:PodDisruptionBudget").spec).toEqual({
    selector,
    maxUnavailable: 1,
    unhealthyPodEvictionPolicy: "AlwaysAllow",
  });
});

test("may run on control planes, and runs with the right to bind port 53 only", async () => {
  const deployment = inputsOf(await create(), "kubernetes:apps/v1:Deployment");
  expect(deployment.spec.template.spec.tolerations).toEqual([
    { key: "CriticalAddonsOnly", operator: "Exists" },
    { key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule" },
  ]);
  expect(containerOf(deployment)).toMatchObject({
    image: "registry.k8s.io/coredns/coredns:v1.14.0",
    args: ["-conf", "/etc/coredns/Corefile"],
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] },
      readOnlyRootFilesystem: true,
    },
  });
});
