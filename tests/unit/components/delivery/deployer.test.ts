import { Deployer, deployerKubeconfig } from "../../../../components/delivery";
import { countByType, inputsOf, recordResources, registeredBy } from "../../../support/recorder";

beforeEach(() => {
  recordResources();
});

const role = "kubernetes:rbac.authorization.k8s.io/v1:Role";
const binding = "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding";

test("has an account in a namespace of its own, and a role in each namespace that it deploys into", async () => {
  const resources = await registeredBy(
    (options) => new Deployer("deployer", { namespaces: { shop: "shop", extras: "extras" } }, options),
  );
  expect(countByType(resources)).toEqual({
    "slipway:delivery:Deployer": 1,
    "kubernetes:core/v1:Namespace": 1,
    "kubernetes:core/v1:ServiceAccount": 1,
    [role]: 2,
    [binding]: 2,
  });
  expect(inputsOf(resources, "kubernetes:core/v1:ServiceAccount")).toMatchObject({
    metadata: { name: "deployer", namespace: "deployer" },
    automountServiceAccountToken: false,
  });
  expect(inputsOf(resources, "kubernetes:core/v1:Namespace").metadata.labels).toMatchObject({
    "pod-security.kubernetes.io/enforce": "restricted",
  });
  expect(inputsOf(resources, binding, "deployer-extras")).toMatchObject({
    metadata: { name: "deployer", namespace: "extras" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "deployer" },
    subjects: [{ kind: "ServiceAccount", name: "deployer", namespace: "deployer" }],
  });
});

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

test("may do in them what deploying takes: nothing to roles, tokens, pods' insides or namespaces", async () => {
  const resources = await registeredBy(
    (options) => new Deployer("deployer", { namespaces: { shop: "shop" } }, options),
  );
  const rules = inputsOf(resources, role).rules as readonly Rule[];
  const verbsOf = (group: string, resource: string): readonly string[] =>
    rules
      .filter(({ apiGroups, resources: all }) => apiGroups.includes(group) && all.includes(resource))
      .flatMap(({ verbs }) => verbs);
  const manage = ["get", "list", "watch", "create", "update", "patch", "delete"];
  expect(verbsOf("apps", "deployments")).toEqual(manage);
  expect(verbsOf("", "secrets")).toEqual(manage);
  expect(verbsOf("", "pods")).toEqual(["get", "list", "watch"]);
  expect(rules.flatMap(({ verbs }) => verbs)).not.toContain("*");
  const everything = rules.flatMap(({ resources: all }) => all);
  for (const refused of [
    ...["*", "roles", "rolebindings", "serviceaccounts/token", "pods/exec", "pods/attach", "namespaces"],
    ...["nodes", "resourcequotas", "limitranges", "pods/ephemeralcontainers"],
  ]) {
    expect(everything).not.toContain(refused);
  }
  expect(rules.flatMap(({ apiGroups }) => apiGroups)).not.toContain("rbac.authorization.k8s.io");
});

test.each([
  [{}, "  - namespaces is []: give at least one namespace"],
  [
    { "kube-system": "kube-system" },
    `  - a name in namespaces is "kube-system": it is the cluster's own: give namespaces of workloads`,
  ],
  [
    { Shop: "Shop" },
    '  - a name in namespaces is "Shop": give 1 to 63 of a-z, 0-9 and "-", with a letter or digit at both ends',
  ],
])("refuses %p before anything is made", (namespaces, line) => {
  expect(() => new Deployer("deployer", { namespaces }, {})).toThrow(
    `Deployer "deployer" cannot work:\n${line}`,
  );
});

test("names all that is wrong at once", () => {
  expect(() => new Deployer("De ployer", { namespaces: {} }, {})).toThrow(
    [
      'Deployer "De ployer" cannot work:',
      '  - name is "De ployer": give 1 to 63 of a-z, 0-9 and "-", with a letter first and no "-" last',
      "  - namespaces is []: give at least one namespace",
    ].join("\n"),
  );
});

test.each([0, 599, 3600.5, Number.NaN])("asks the API for no token of %p seconds", async (seconds) => {
  await expect(deployerKubeconfig({ kubeconfig: "", account: "deployer", seconds })).rejects.toThrow(
    `seconds is ${seconds}: give a whole number from 600, the API's least`,
  );
});
