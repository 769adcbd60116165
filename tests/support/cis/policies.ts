import { type Check, type Control, deviates, holds, type RunningCluster, yours } from "./control";

/** Namespaces of the cluster itself, whose pods make it a cluster. */
const system = ["kube-system", "kube-public", "kube-node-lease"];

interface Pod {
  metadata: { name: string; namespace: string };
  spec: {
    serviceAccountName?: string;
    volumes?: { projected?: { sources?: { serviceAccountToken?: object }[] } }[];
  };
}
interface Namespace {
  metadata: { name: string; labels?: Record<string, string> };
}
interface Binding {
  metadata: { name: string };
  roleRef: { name: string };
  subjects?: { kind: string; name: string }[];
}
interface Role {
  metadata: { name: string; labels?: Record<string, string> };
  rules?: { verbs: string[]; resources?: string[]; apiGroups?: string[] }[];
}

const rbac = "/apis/rbac.authorization.k8s.io/v1";
/** Kubernetes' own roles and bindings. */
const bootstrapping = "kubernetes.io/bootstrapping";

/** Who is known, and nothing more, may not do it. */
const notAnybody =
  (verb: string, ...resources: readonly string[]): Check =>
  async (cluster) => {
    for (const resource of resources)
      expect([resource, await cluster.mayAnybody(verb, resource)]).toEqual([resource, false]);
  };

/** Roles that are neither Kubernetes' own nor kubeadm's. */
async function otherRoles(cluster: RunningCluster): Promise<Role[]> {
  const roles = [
    ...(await cluster.objects<Role>(`${rbac}/clusterroles`)),
    ...(await cluster.objects<Role>(`${rbac}/roles`)),
  ];
  return roles.filter(
    ({ metadata: { name, labels = {} } }) => !(bootstrapping in labels) && !name.startsWith("kubeadm:"),
  );
}

/** No role of ours allows a verb. */
const noRoleAllows =
  (...verbs: readonly string[]): Check =>
  async (cluster) => {
    const allowing = (await otherRoles(cluster)).filter(({ rules = [] }) =>
      rules.some((rule) => rule.verbs.some((verb) => verbs.includes(verb))),
    );
    expect(allowing.map(({ metadata }) => metadata.name)).toEqual([]);
  };

/** No role of ours allows anything with a resource. */
const noRoleReaches =
  (...resources: readonly string[]): Check =>
  async (cluster) => {
    const reaching = (await otherRoles(cluster)).filter(({ rules = [] }) =>
      rules.some((rule) => rule.resources?.some((resource) => resources.includes(resource))),
    );
    expect(reaching.map(({ metadata }) => metadata.name)).toEqual([]);
  };

/** Pods that have a token of their account. */
const withToken = (pods: readonly Pod[]): Pod[] =>
  pods.filter(({ spec }) =>
    spec.volumes?.some(({ projected }) =>
      projected?.sources?.some((source) => source.serviceAccountToken !== undefined),
    ),
  );

/** Namespaces that people's pods are in refuse, by Pod Security. */
const refused: Check = async (cluster) => {
  const shop = (await cluster.objects<Namespace>("/api/v1/namespaces")).find(
    ({ metadata }) => metadata.name === "shop",
  );
  expect(shop?.metadata.labels?.["pod-security.kubernetes.io/enforce"]).toBe("restricted");
};
const restricted = "the namespaces of workloads enforce `restricted`";

/** Section 5 of the benchmark: what is in the cluster. */
export const policyControls: readonly Control[] = [
  holds(
    "5.1.1",
    "`cluster-admin` is used where it must be",
    async (cluster) => {
      const bindings = await cluster.objects<Binding>(`${rbac}/clusterrolebindings`);
      const administrators = bindings.filter(({ roleRef }) => roleRef.name === "cluster-admin");
      const subjects = administrators.flatMap((binding) => binding.subjects ?? []);
      expect(subjects.map(({ kind, name }) => `${kind} ${name}`).sort()).toEqual([
        "Group kubeadm:cluster-admins",
        "Group system:masters",
      ]);
    },
    "by the administrator, and no account",
  ),
  holds("5.1.2", "Secrets are read by few", notAnybody("get", "secrets")),
  holds("5.1.3", "roles name what they allow", async (cluster) => {
    const wild = (await otherRoles(cluster)).filter(({ rules = [] }) =>
      rules.some((rule) =>
        [...rule.verbs, ...(rule.resources ?? []), ...(rule.apiGroups ?? [])].includes("*"),
      ),
    );
    expect(wild.map(({ metadata }) => metadata.name)).toEqual([]);
  }),
  holds("5.1.4", "pods are made by few", notAnybody("create", "pods")),
  holds(
    "5.1.5",
    "namespaces' default accounts are not used",
    async (cluster) => {
      const pods = await cluster.objects<Pod>("/api/v1/pods");
      const byDefault = withToken(pods).filter(({ spec }) => spec.serviceAccountName === "default");
      expect(
        byDefault
          .filter(({ metadata }) => metadata.namespace !== "default")
          .map(({ metadata }) => metadata.name),
      ).toEqual([]);
    },
    "no pod of the platform or of a workload has such an account's token",
  ),
  holds("5.1.6", "accounts' tokens are where they must be", async (cluster) => {
    const pods = await cluster.objects<Pod>("/api/v1/namespaces/shop/pods");
    expect(pods.length).toBeGreaterThan(0);
    expect(withToken(pods).map(({ metadata }) => metadata.name)).toEqual([]);
  }),
  yours(
    "5.1.7",
    "nobody is in the group `system:masters`",
    "the administrator's kubeconfig of an environment is in it, so that it works whatever becomes of roles; give people others",
  ),
  holds(
    "5.1.8",
    "nobody binds, escalates or takes others' names",
    noRoleAllows("bind", "escalate", "impersonate"),
  ),
  holds("5.1.9", "volumes are made by few", notAnybody("create", "persistentvolumes")),
  holds("5.1.10", "kubelets are not reached through the API", noRoleReaches("nodes/proxy")),
  holds(
    "5.1.11",
    "certificates are approved by few",
    notAnybody("update", "certificatesigningrequests/approval"),
  ),
  holds(
    "5.1.12",
    "webhooks are made by few",
    noRoleReaches("validatingwebhookconfigurations", "mutatingwebhookconfigurations"),
  ),
  holds("5.1.13", "tokens are made by few", notAnybody("create", "serviceaccounts/token")),

  holds("5.2.1", "a policy holds pods in bounds", refused, restricted),
  ...[
    "privileged containers",
    "pods in the host's process namespace",
    "pods in the host's IPC namespace",
    "pods in the host's network",
    "containers that may gain privileges",
    "containers as root",
    "containers with `NET_RAW`",
    "containers with capabilities",
    "Windows' HostProcess containers",
    "hostPath volumes",
    "host ports",
  ].map((what, index) => holds(`5.2.${index + 2}`, `${what} are refused`, refused, restricted)),

  holds("5.3.1", "the pod network heeds NetworkPolicies", async (cluster) => {
    const sets = await cluster.objects<Namespace>("/apis/apps/v1/namespaces/kube-system/daemonsets");
    expect(sets.map(({ metadata }) => metadata.name)).toContain("kube-router");
  }),
  deviates(
    "5.3.2",
    "every namespace has NetworkPolicies",
    "those of workloads and of the ingress have; `default` and the cluster's own have none",
  ),
  yours(
    "5.4.1",
    "Secrets are files rather than variables",
    "a `Microservice` takes both: `secrets` are variables, and a volume can be a Secret's",
  ),
  yours("5.4.2", "Secrets are kept outside", "the program takes them from wherever Pulumi's settings do"),
  deviates(
    "5.5.1",
    "images are judged before they run",
    "no signature is looked at; images of services are named by digest, and only the program can push",
  ),
  holds("5.6.1", "namespaces are boundaries", async (cluster) => {
    const names = (await cluster.objects<Namespace>("/api/v1/namespaces")).map(
      ({ metadata }) => metadata.name,
    );
    expect(names).toEqual(expect.arrayContaining(["shop", "ingress", ...system]));
  }),
  holds("5.6.2", "pods have the runtime's seccomp profile", refused, restricted),
  holds("5.6.3", "pods say what they may", refused, restricted),
  holds("5.6.4", "the namespace `default` is not used", async (cluster) => {
    const deployments = await cluster.objects<Pod>("/apis/apps/v1/namespaces/default/deployments");
    expect(deployments).toEqual([]);
  }),
];
