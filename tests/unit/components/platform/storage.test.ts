import { Storage, type StorageArgs } from "../../../../components/platform";
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

function create(args: Partial<StorageArgs> = {}): Promise<Registered[]> {
  return registeredBy((options) => new Storage("store", { version: "0.0.30", ...args }, options));
}

const classIn = (resources: readonly Registered[], name: string) =>
  inputsOf(resources, "kubernetes:storage.k8s.io/v1:StorageClass", `store-${name}`);

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
  ["recycle", "Delete"],
  ["keep", "Retain"],
])(
  "class %s has reclaim policy %s, binds where its first pod runs, and does not grow",
  async (name, policy) => {
    expect(classIn(await create(), name)).toMatchObject({
      metadata: { name },
      provisioner: "rancher.io/local-path",
      reclaimPolicy: policy,
      volumeBindingMode: "WaitForFirstConsumer",
      allowVolumeExpansion: false,
    });
  },
);

test.each([
  [undefined, "true", "false"],
  ["recycle" as const, "true", "false"],
  ["keep" as const, "false", "true"],
])(
  "with the default class %s, recycle is the default: %s, and keep: %s",
  async (defaultClass, ...expected) => {
    const args = defaultClass === undefined ? {} : { defaultClass };
    const resources = await create(args);
    const annotations = ["recycle", "keep"].map((name) => classIn(resources, name).metadata.annotations);
    expect(annotations.map((each) => each?.["storageclass.kubernetes.io/is-default-class"])).toEqual(
      expected,
    );
  },
);

test("finds what was kept by the claim's namespace and name", async () => {
  const resources = await create();
  expect(classIn(resources, "keep")).toMatchObject({
    parameters: { pathPattern: "{{ .PVC.Namespace }}/{{ .PVC.Name }}" },
  });
  expect(classIn(resources, "recycle")).not.toHaveProperty("parameters");
});

test.each([
  ["where every node reaches them if there is such a folder", { keptFolder: "/mnt/kept" }, "hostPath"],
  ["else on their node", {}, "local"],
])("keeps volumes %s", async (_, args, volumeType) => {
  const resources = await create(args);
  expect(classIn(resources, "keep").metadata.annotations?.defaultVolumeType).toBe(volumeType);
  expect(classIn(resources, "recycle").metadata.annotations?.defaultVolumeType).toBe("local");
});

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
