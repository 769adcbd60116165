import { parse } from "yaml";

import { KubeProxy } from "../../../../components/platform";
import { containerOf, countByType, inputsOf, recordResources, registeredBy } from "../../../support/recorder";

beforeEach(() => {
  recordResources();
});

const args = {
  version: "1.36.3",
  podCidr: "10.244.0.0/16",
  apiEndpoint: { host: "172.30.0.2", port: 6443 },
  conntrackLimits: false,
};

test("registers one of each object that kubeadm's addon phase would have made", async () => {
  const resources = await registeredBy((options) => new KubeProxy("kp", args, options));
  expect(countByType(resources)).toEqual({
    "slipway:platform:KubeProxy": 1,
    "kubernetes:core/v1:ServiceAccount": 1,
    "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding": 1,
    "kubernetes:core/v1:ConfigMap": 1,
    "kubernetes:apps/v1:DaemonSet": 1,
  });
  expect(inputsOf(resources, "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding")).toMatchObject({
    metadata: { name: "kubeadm:node-proxier" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "system:node-proxier" },
    subjects: [{ kind: "ServiceAccount", name: "kube-proxy", namespace: "kube-system" }],
  });
});

test("runs on every node, on the node's network, with CAP_NET_ADMIN and nothing else", async () => {
  const resources = await registeredBy((options) => new KubeProxy("kp", args, options));
  const daemonSet = inputsOf(resources, "kubernetes:apps/v1:DaemonSet");
  expect(daemonSet.metadata).toMatchObject({ name: "kube-proxy", namespace: "kube-system" });
  expect(daemonSet.spec.selector).toEqual({ matchLabels: daemonSet.spec.template.metadata.labels });
  expect(daemonSet.spec.template.spec).toMatchObject({
    hostNetwork: true,
    priorityClassName: "system-node-critical",
    serviceAccountName: "kube-proxy",
    tolerations: [{ operator: "Exists" }],
    volumes: [{ name: "config", configMap: { name: "kube-proxy" } }],
  });
  expect(daemonSet.spec.template.spec.initContainers).toBeUndefined();
  expect(containerOf(daemonSet)).toMatchObject({
    image: "registry.k8s.io/kube-proxy:v1.36.3",
    imagePullPolicy: "IfNotPresent",
    command: ["kube-proxy", "--config=/var/lib/kube-proxy/config.conf", "--hostname-override=$(NODE_NAME)"],
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"], add: ["NET_ADMIN"] },
      readOnlyRootFilesystem: true,
    },
  });
});

test("leaves the machine's conntrack alone when its limits are not the machine's to set", async () => {
  const resources = await registeredBy((options) => new KubeProxy("kp", args, options));
  const { data } = inputsOf(resources, "kubernetes:core/v1:ConfigMap");
  expect(parse(data["config.conf"] ?? "")).toMatchObject({
    conntrack: { maxPerCore: 0, tcpEstablishedTimeout: "0s", tcpCloseWaitTimeout: "0s" },
  });
});

test("sets conntrack limits in a privileged container that ends before kube-proxy starts", async () => {
  const resources = await registeredBy(
    (options) => new KubeProxy("kp", { ...args, conntrackLimits: true }, options),
  );
  const { data } = inputsOf(resources, "kubernetes:core/v1:ConfigMap");
  expect(parse(data["config.conf"] ?? "")).not.toHaveProperty("conntrack");

  const daemonSet = inputsOf(resources, "kubernetes:apps/v1:DaemonSet");
  const { initContainers = [] } = daemonSet.spec.template.spec;
  expect(initContainers).toHaveLength(1);
  expect(initContainers[0]).toMatchObject({
    command: [...(containerOf(daemonSet).command ?? []), "--init-only"],
    securityContext: { privileged: true },
  });
  expect(containerOf(daemonSet).securityContext).not.toHaveProperty("privileged");
});

test("restarts its pods when the configuration changes, and only then", async () => {
  const hashWith = async (podCidr: string): Promise<unknown> => {
    recordResources();
    const resources = await registeredBy((options) => new KubeProxy("kp", { ...args, podCidr }, options));
    const { template } = inputsOf(resources, "kubernetes:apps/v1:DaemonSet").spec;
    return template.metadata.annotations?.["slipway.dev/config-hash"];
  };
  const first = await hashWith("10.244.0.0/16");
  expect(first).toMatch(/^[0-9a-f]{16}$/);
  expect(await hashWith("10.244.0.0/16")).toBe(first);
  expect(await hashWith("10.245.0.0/16")).not.toBe(first);
});
