import { CloudControllerManager } from "../../../../../components/platform";
import {
  containerOf,
  countByType,
  inputsOf,
  recordResources,
  type Registered,
  registeredBy,
} from "../../../../support/recorder";

beforeEach(() => {
  recordResources();
});

function create(): Promise<Registered[]> {
  const args = {
    image: "registry.k8s.io/provider-aws/cloud-controller-manager:v1.36.2",
    clusterName: "staging",
    region: "eu-central-1",
    apiEndpoint: { host: "api.staging.example.com", port: 6443 },
  };
  return registeredBy((options) => new CloudControllerManager("cloud", args, options));
}

test("registers exactly its objects", async () => {
  expect(countByType(await create())).toEqual({
    "slipway:platform:CloudControllerManager": 1,
    "kubernetes:core/v1:ServiceAccount": 1,
    "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole": 1,
    "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding": 1,
    "kubernetes:rbac.authorization.k8s.io/v1:Role": 1,
    "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding": 2,
    "kubernetes:core/v1:ConfigMap": 1,
    "kubernetes:apps/v1:DaemonSet": 1,
  });
});

test("tells the program the region and the cluster, and leaves pods' addresses to the pod network", async () => {
  const resources = await create();
  expect(inputsOf(resources, "kubernetes:core/v1:ConfigMap").data).toEqual({
    "cloud.conf": "[Global]\nRegion = eu-central-1\nKubernetesClusterID = staging\n",
  });
  expect(containerOf(inputsOf(resources, "kubernetes:apps/v1:DaemonSet")).args).toEqual([
    "--cloud-provider=aws",
    "--cloud-config=/etc/aws-cloud/cloud.conf",
    "--cluster-name=staging",
    "--allocate-node-cidrs=false",
    "--configure-cloud-routes=false",
    "--controllers=cloud-node-controller,cloud-node-lifecycle-controller,service-lb-controller",
    "--leader-elect=true",
    "--bind-address=127.0.0.1",
    "--secure-port=10258",
    "--v=2",
  ]);
});

test("runs on control planes, in the machine's network, before anything else works there", async () => {
  const { spec } = inputsOf(await create(), "kubernetes:apps/v1:DaemonSet");
  expect(spec.template.spec).toMatchObject({
    hostNetwork: true,
    dnsPolicy: "Default",
    nodeSelector: { "node-role.kubernetes.io/control-plane": "" },
    tolerations: [{ operator: "Exists" }],
    containers: [
      {
        env: [
          { name: "KUBERNETES_SERVICE_HOST", value: "api.staging.example.com" },
          { name: "KUBERNETES_SERVICE_PORT", value: "6443" },
        ],
        securityContext: {
          runAsNonRoot: true,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        },
      },
    ],
  });
});

test("may change nodes and Services, and no lease but its own", async () => {
  const resources = await create();
  expect(inputsOf(resources, "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole")).toMatchObject({
    rules: [
      { apiGroups: [""], resources: ["events"], verbs: ["create", "patch", "update"] },
      { apiGroups: [""], resources: ["nodes"], verbs: ["get", "list", "watch", "update", "patch", "delete"] },
      { apiGroups: [""], resources: ["nodes/status"], verbs: ["patch"] },
      { apiGroups: [""], resources: ["services"], verbs: ["get", "list", "watch", "update", "patch"] },
      { apiGroups: [""], resources: ["services/status"], verbs: ["update", "patch"] },
    ],
  });
  expect(inputsOf(resources, "kubernetes:rbac.authorization.k8s.io/v1:Role")).toMatchObject({
    metadata: { namespace: "kube-system" },
    rules: [
      { resources: ["leases"], verbs: ["create"] },
      { resources: ["leases"], resourceNames: ["cloud-controller-manager"], verbs: ["get", "update"] },
    ],
  });
});
