import { GitOps, type GitOpsArgs } from "../../../../components/delivery";
import { containerOf, countByType, inputsOf, recordResources, registeredBy } from "../../../support/recorder";

beforeEach(() => {
  recordResources();
});

const definition = (name: string) => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name },
  spec: { group: name.slice(name.indexOf(".") + 1) },
});

const args: GitOpsArgs = {
  images: {
    sourceController: "registry/source@sha256:1",
    kustomizeController: "registry/kustomize@sha256:2",
  },
  customResourceDefinitions: [
    definition("gitrepositories.source.toolkit.fluxcd.io"),
    definition("kustomizations.kustomize.toolkit.fluxcd.io"),
  ],
};

const create = () => registeredBy((options) => new GitOps("flux", args, options));
const clusterRole = "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole";
const networkPolicy = "kubernetes:networking.k8s.io/v1:NetworkPolicy";
const deployment = "kubernetes:apps/v1:Deployment";

interface Rule {
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

test("runs the two controllers in Flux's own namespace, with the kinds that they know", async () => {
  const resources = await create();
  expect(countByType(resources)).toEqual({
    "slipway:delivery:GitOps": 1,
    "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition": 2,
    "kubernetes:core/v1:Namespace": 1,
    "kubernetes:core/v1:ServiceAccount": 2,
    "kubernetes:core/v1:Service": 1,
    [clusterRole]: 2,
    "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding": 2,
    [networkPolicy]: 2,
    [deployment]: 2,
  });
  expect(inputsOf(resources, "kubernetes:core/v1:Namespace").metadata).toMatchObject({
    name: "flux-system",
    labels: { "pod-security.kubernetes.io/enforce": "restricted" },
  });
  for (const [name, image] of [
    ["source-controller", args.images.sourceController],
    ["kustomize-controller", args.images.kustomizeController],
  ] as const) {
    const inputs = inputsOf(resources, deployment, name);
    expect(inputs.spec).toMatchObject({ replicas: 1, strategy: { type: "Recreate" } });
    expect(containerOf(inputs)).toMatchObject({
      image,
      securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
    });
    expect(inputs.spec.template.spec.securityContext).toMatchObject({ runAsNonRoot: true });
  }
});

test("lets the controllers touch their own kinds and events everywhere, and no Secret, account or token", async () => {
  const resources = await create();
  for (const name of ["source-controller", "kustomize-controller"]) {
    const rules = inputsOf(resources, clusterRole, name).rules as readonly Rule[];
    const everything = rules.flatMap(({ resources: all }) => all);
    for (const refused of ["*", "secrets", "configmaps", "serviceaccounts", "serviceaccounts/token"]) {
      expect(everything).not.toContain(refused);
    }
    const verbs = rules.flatMap((rule) => rule.verbs);
    for (const refused of ["*", "delete", "impersonate", "escalate", "bind"])
      expect(verbs).not.toContain(refused);
  }
});

test("applies what an account of the namespace may, from the repository alone", async () => {
  const { args: flags = [] } = containerOf(inputsOf(await create(), deployment, "kustomize-controller"));
  expect(flags).toEqual(
    expect.arrayContaining([
      "--no-cross-namespace-refs=true",
      "--no-remote-bases=true",
      "--default-service-account=default",
    ]),
  );
});

test("lets nobody in but the one controller to what the other fetched", async () => {
  const resources = await create();
  expect(inputsOf(resources, networkPolicy, "source-controller").spec.ingress).toEqual([
    {
      from: [
        {
          namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "flux-system" } },
          podSelector: { matchLabels: { app: "kustomize-controller" } },
        },
      ],
      ports: [{ port: 9090, protocol: "TCP" }],
    },
  ]);
  expect(inputsOf(resources, networkPolicy, "kustomize-controller").spec.ingress).toEqual([]);
});

test("names all that is wrong at once, before anything is made", () => {
  const [gitRepositories] = args.customResourceDefinitions;
  const wrong = {
    ...args,
    customResourceDefinitions: gitRepositories ? [gitRepositories] : [],
    gitPorts: [22, 0],
  };
  expect(() => new GitOps("flux", wrong, {})).toThrow(
    [
      'GitOps "flux" cannot work:',
      "  - kustomizations.kustomize.toolkit.fluxcd.io in customResourceDefinitions is missing: give all of config/crd/bases of both controllers",
      "  - gitPorts[1] is 0: give a whole number from 1 to 65535",
    ].join("\n"),
  );
});
