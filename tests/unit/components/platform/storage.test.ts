import { Storage } from "../../../../components/platform";
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
  return registeredBy((options) => new Storage("store", { version: "0.0.30" }, options));
}

test("registers exactly its objects", async () => {
  expect(countByType(await create())).toEqual({
    "slipway:platform:Storage": 1,
    "kubernetes:core/v1:Namespace": 1,
    "kubernetes:core/v1:ServiceAccount": 1,
    "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole": 1,
    "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding": 1,
    "kubernetes:rbac.authorization.k8s.io/v1:Role": 1,
    "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding": 1,
    "kubernetes:core/v1:ConfigMap": 1,
    "kubernetes:apps/v1:Deployment": 1,
    "kubernetes:storage.k8s.io/v1:StorageClass": 2,
  });
});

test.each([
  [
    "recycle",
    "Delete",
    { "storageclass.kubernetes.io/is-default-class": "true", defaultVolumeType: "local" },
  ],
  ["keep", "Retain", { defaultVolumeType: "local" }],
])(
  "class %s has reclaim policy %s and binds where its first pod runs",
  async (name, reclaimPolicy, annotations) => {
    expect(
      inputsOf(await create(), "kubernetes:storage.k8s.io/v1:StorageClass", `store-${name}`),
    ).toMatchObject({
      metadata: { name, annotations },
      provisioner: "rancher.io/local-path",
      reclaimPolicy,
      volumeBindingMode: "WaitForFirstConsumer",
    });
  },
);

test("lets its own namespace alone run pods that mount the machine's folders", async () => {
  const namespace = inputsOf(await create(), "kubernetes:core/v1:Namespace");
  expect(namespace.metadata).toMatchObject({
    name: "local-path-storage",
    labels: { "pod-security.kubernetes.io/enforce": "privileged" },
  });
});

test("touches pods in its own namespace only, and reads no Secret or ConfigMap", async () => {
  const resources = await create();
  const { rules } = inputsOf(resources, "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole");
  const granted = (rules as { resources: string[] }[]).flatMap((rule) => rule.resources);
  expect(granted).toEqual([
    "nodes",
    "persistentvolumeclaims",
    "persistentvolumes",
    "storageclasses",
    "events",
  ]);
  expect(inputsOf(resources, "kubernetes:rbac.authorization.k8s.io/v1:Role")).toMatchObject({
    metadata: { namespace: "local-path-storage" },
    rules: [
      { apiGroups: [""], resources: ["pods"], verbs: ["get", "create", "delete"] },
      { apiGroups: [""], resources: ["pods/log"], verbs: ["get"] },
    ],
  });
});

test("runs without any privilege of its own, and gives its helper pods no account", async () => {
  const deployment = inputsOf(await create(), "kubernetes:apps/v1:Deployment");
  expect(deployment.spec).toMatchObject({ replicas: 1, strategy: { type: "Recreate" } });
  const container = containerOf(deployment);
  expect(container.image).toBe("docker.io/rancher/local-path-provisioner:v0.0.30");
  expect(container.args).toContain("--service-account-name=default");
  expect(container.securityContext).toMatchObject({
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
    runAsNonRoot: true,
  });
});
