import { ebsImages, EbsStorage, type EbsStorageArgs } from "../../../../../components/platform";
import {
  type Container,
  countByType,
  type Inputs,
  inputsOf,
  recordResources,
  type Registered,
  registeredBy,
} from "../../../../support/recorder";

const kmsKeyArn = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555";

beforeEach(() => {
  recordResources();
});

function create(args: Partial<EbsStorageArgs> = {}): Promise<Registered[]> {
  const needed = { clusterName: "staging", region: "eu-central-1", kmsKeyArn };
  return registeredBy((options) => new EbsStorage("storage", { ...needed, ...args }, options));
}

const controllerOf = (resources: readonly Registered[]): Inputs =>
  inputsOf(resources, "kubernetes:apps/v1:Deployment");
const nodeOf = (resources: readonly Registered[]): Inputs =>
  inputsOf(resources, "kubernetes:apps/v1:DaemonSet");

function container({ spec }: Inputs, name: string): Container {
  const found = spec.template.spec.containers.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no container ${name}`);
  return found;
}

const imagesOf = ({ spec }: Inputs): string[] => spec.template.spec.containers.map(({ image }) => image);

test("registers exactly its objects", async () => {
  expect(countByType(await create())).toEqual({
    "slipway:platform:EbsStorage": 1,
    "kubernetes:storage.k8s.io/v1:CSIDriver": 1,
    "kubernetes:core/v1:Namespace": 1,
    "kubernetes:core/v1:ServiceAccount": 2,
    "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole": 4,
    "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding": 4,
    "kubernetes:rbac.authorization.k8s.io/v1:Role": 1,
    "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding": 1,
    "kubernetes:apps/v1:Deployment": 1,
    "kubernetes:apps/v1:DaemonSet": 1,
    "kubernetes:storage.k8s.io/v1:StorageClass": 2,
  });
});

test.each([
  [undefined, "recycle", "Delete", "true"],
  [undefined, "keep", "Retain", "false"],
  ["keep" as const, "recycle", "Delete", "false"],
  ["keep" as const, "keep", "Retain", "true"],
])("with the default class %s, %s has the policy %s and is the default: %s", async (...expected) => {
  const [defaultClass, name, reclaimPolicy, isDefault] = expected;
  const resources = await create(defaultClass === undefined ? {} : { defaultClass });
  expect(inputsOf(resources, "kubernetes:storage.k8s.io/v1:StorageClass", `storage-${name}`)).toMatchObject({
    metadata: { name, annotations: { "storageclass.kubernetes.io/is-default-class": isDefault } },
    provisioner: "ebs.csi.aws.com",
    parameters: { type: "gp3", encrypted: "true", kmsKeyId: kmsKeyArn },
    reclaimPolicy,
    allowVolumeExpansion: true,
    volumeBindingMode: "WaitForFirstConsumer",
  });
});

test("marks volumes as the cluster's, and with the environment's tags", async () => {
  const plugin = container(controllerOf(await create({ tags: { a: "1", "b:c": "2" } })), "ebs-plugin");
  expect(plugin.args).toEqual([
    "controller",
    "--endpoint=unix:///csi/csi.sock",
    "--k8s-tag-cluster-id=staging",
    "--extra-tags=a=1,b:c=2",
    "--v=2",
  ]);
});

test("gives volumes no tags of its own if there are none", async () => {
  const plugin = container(controllerOf(await create()), "ebs-plugin");
  expect(plugin.args?.join(" ")).not.toContain("--extra-tags");
});

test("runs the controller where the role is that may make volumes", async () => {
  const resources = await create({ replicas: 3 });
  expect(controllerOf(resources).spec).toMatchObject({
    replicas: 3,
    strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
    template: {
      spec: {
        hostNetwork: true,
        nodeSelector: { "node-role.kubernetes.io/control-plane": "" },
        securityContext: { runAsNonRoot: true },
      },
    },
  });
  expect(nodeOf(resources).spec.template.spec).toMatchObject({
    hostNetwork: true,
    nodeSelector: { "kubernetes.io/os": "linux" },
  });
});

test("answers for its two halves on ports of their own, as both are in a control plane's network", async () => {
  const resources = await create();
  const ports = [controllerOf(resources), nodeOf(resources)].map((half) => {
    const probe = container(half, "liveness-probe").args?.find((each) => each.startsWith("--health-port="));
    const [declared] = container(half, "ebs-plugin").ports as { containerPort: number }[];
    expect(probe).toBe(`--health-port=${declared?.containerPort ?? "none"}`);
    return declared?.containerPort;
  });
  expect(new Set(ports).size).toBe(2);
});

test("lets no container but the one that mounts be privileged, and no account patch nodes", async () => {
  const resources = await create();
  const privileged = [controllerOf(resources), nodeOf(resources)].flatMap(({ spec }) =>
    spec.template.spec.containers.filter(({ securityContext }) => {
      const { privileged = false } = securityContext as { privileged?: boolean };
      return privileged;
    }),
  );
  expect(privileged.map(({ name, args }) => [name, args?.[0]])).toEqual([["ebs-plugin", "node"]]);
  const roles = resources.filter(
    ({ type }) => type === "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole",
  );
  const rules = roles.flatMap(({ inputs }) => inputs.rules as { resources: string[]; verbs: string[] }[]);
  expect(rules.filter(({ resources: [kind] }) => kind === "nodes").map(({ verbs }) => verbs)).toEqual([
    ["get", "list", "watch"],
    ["get", "list", "watch"],
  ]);
});

test("takes images of a registry of one's own, one or all", async () => {
  const resources = await create({ images: { driver: "registry.example/driver:1" } });
  expect(imagesOf(nodeOf(resources))).toEqual([
    "registry.example/driver:1",
    ebsImages.registrar,
    ebsImages.livenessProbe,
  ]);
  expect(imagesOf(controllerOf(resources))).toEqual([
    "registry.example/driver:1",
    ebsImages.provisioner,
    ebsImages.attacher,
    ebsImages.resizer,
    ebsImages.livenessProbe,
  ]);
});
