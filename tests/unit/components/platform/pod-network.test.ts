import { PodNetwork } from "../../../../components/platform";
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

function create(overlay?: "full"): Promise<Registered[]> {
  return registeredBy(
    (options) =>
      new PodNetwork(
        "net",
        {
          version: "2.2.1",
          serviceCidr: "10.96.0.0/16",
          apiEndpoint: { host: "172.30.0.2", port: 6443 },
          ...(overlay && { overlay }),
        },
        options,
      ),
  );
}

test("registers exactly its six objects", async () => {
  expect(countByType(await create())).toEqual({
    "slipway:platform:PodNetwork": 1,
    "kubernetes:core/v1:ServiceAccount": 1,
    "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole": 1,
    "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding": 1,
    "kubernetes:core/v1:ConfigMap": 1,
    "kubernetes:apps/v1:DaemonSet": 1,
  });
});

test("only reads from the API", async () => {
  const { rules } = inputsOf(await create(), "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole");
  expect(rules).toHaveLength(3);
  for (const { verbs } of rules as { verbs: string[] }[]) {
    expect(verbs).toEqual(["get", "list", "watch"]);
  }
});

test("routes and filters, leaves Services to kube-proxy, and reaches the API without one", async () => {
  const daemonSet = inputsOf(await create(), "kubernetes:apps/v1:DaemonSet");
  const container = containerOf(daemonSet);
  expect(container.image).toBe("docker.io/cloudnativelabs/kube-router:v2.2.1");
  expect(container.args).toEqual([
    "--run-router=true",
    "--run-firewall=true",
    "--run-service-proxy=false",
    "--bgp-graceful-restart=true",
    "--overlay-type=subnet",
    "--service-cluster-ip-range=10.96.0.0/16",
  ]);
  expect(container.env).toEqual([
    { name: "NODE_NAME", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } },
    { name: "KUBERNETES_SERVICE_HOST", value: "172.30.0.2" },
    { name: "KUBERNETES_SERVICE_PORT", value: "6443" },
    { name: "KUBE_ROUTER_CNI_CONF_FILE", value: "/var/lib/kube-router/10-kube-router.conflist" },
  ]);
  expect(container.securityContext).toEqual({
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"], add: ["NET_ADMIN", "NET_BIND_SERVICE", "NET_RAW"] },
    seccompProfile: { type: "RuntimeDefault" },
  });
});

test("hides all packets of pods in those of nodes where it has to", async () => {
  const daemonSet = inputsOf(await create("full"), "kubernetes:apps/v1:DaemonSet");
  expect(containerOf(daemonSet).args).toContain("--overlay-type=full");
});

test("shows the runtime its configuration only after kube-router has completed it", async () => {
  const daemonSet = inputsOf(await create(), "kubernetes:apps/v1:DaemonSet");
  const { initContainers } = daemonSet.spec.template.spec;
  expect(initContainers).toBeUndefined();
  const { command } = containerOf(daemonSet);
  // The copy is one that kube-router may write, and the runtime does not look there.
  expect(command).toEqual([
    "sh",
    "-c",
    expect.stringMatching(/--dport 50051 ! -i lo -j DROP[^]*exec kube-router "\$@"/),
    "start-kube-router",
    "/etc/kube-router/cni.conflist",
    "/var/lib/kube-router/10-kube-router.conflist",
    "/etc/cni/net.d",
  ]);
  expect(containerOf(daemonSet).lifecycle).toEqual({
    postStart: {
      exec: {
        command: [
          "sh",
          "/etc/kube-router/publish-cni-conf.sh",
          "/var/lib/kube-router/10-kube-router.conflist",
          "/etc/cni/net.d",
        ],
      },
    },
  });
});
