import { parse } from "yaml";

import { type Check, type Control, deviates, expectModes, expectOwner, holds } from "./control";

const manifest = (name: string): string => `/etc/kubernetes/manifests/${name}.yaml`;
const pki = "/etc/kubernetes/pki";
const administrators = ["/etc/kubernetes/admin.conf", "/etc/kubernetes/super-admin.conf"];
/** The pod network for the runtime, which kube-router writes. */
const networkFiles = "/etc/cni/net.d/*";

/** The control plane's files have no more than a mode. */
const modes =
  (mode: number, ...paths: readonly string[]): Check =>
  async ({ controlPlane }) => {
    expectModes(await controlPlane.files(...paths), mode);
  };

/** The control plane's files are root's. */
const owned =
  (...paths: readonly string[]): Check =>
  async ({ controlPlane }) => {
    expectOwner(await controlPlane.files(...paths));
  };

/** 1.1: files. */
const files: readonly Control[] = [
  ...["kube-apiserver", "kube-controller-manager", "kube-scheduler", "etcd"].flatMap((name, index) => [
    holds(`1.1.${2 * index + 1}`, `${name}'s manifest has mode 600 or less`, modes(0o600, manifest(name))),
    holds(`1.1.${2 * index + 2}`, `${name}'s manifest is root's`, owned(manifest(name))),
  ]),
  holds(
    "1.1.9",
    "files of the pod network have mode 600 or less",
    async (cluster) => {
      expectModes(await cluster.filesOfMachines(networkFiles), 0o600);
      expectModes(await cluster.filesOfMachines("/run/cni-ipam-state"), 0o700);
    },
    "what its plugin keeps of addresses lies in a folder of mode 700",
  ),
  holds("1.1.10", "files of the pod network are root's", async (cluster) => {
    expectOwner(await cluster.filesOfMachines(networkFiles, "/run/cni-ipam-state"));
  }),
  holds("1.1.11", "etcd's data directory has mode 700 or less", async (cluster) => {
    const folder = await cluster.flag("etcd", "data-dir");
    expectModes(await cluster.controlPlane.files(folder ?? "no flag"), 0o700);
  }),
  holds("1.1.12", "etcd's data directory is etcd's", async (cluster) => {
    const folder = await cluster.flag("etcd", "data-dir");
    expectOwner(await cluster.controlPlane.files(folder ?? "no flag"), "etcd:etcd");
  }),
  holds("1.1.13", "administrators' kubeconfigs have mode 600", modes(0o600, ...administrators)),
  holds("1.1.14", "administrators' kubeconfigs are root's", owned(...administrators)),
  ...["scheduler", "controller-manager"].flatMap((name, index) => [
    holds(
      `1.1.${15 + 2 * index}`,
      `the ${name}'s kubeconfig has mode 600 or less`,
      modes(0o600, `/etc/kubernetes/${name}.conf`),
    ),
    holds(
      `1.1.${16 + 2 * index}`,
      `the ${name}'s kubeconfig is root's`,
      owned(`/etc/kubernetes/${name}.conf`),
    ),
  ]),
  holds("1.1.19", "the authorities' folder and files are root's", async ({ controlPlane }) => {
    expectOwner(await controlPlane.filesBelow(pki, "*"));
  }),
  holds("1.1.20", "certificates have mode 644 or less", async ({ controlPlane }) => {
    expectModes(await controlPlane.filesBelow(pki, "*.crt"), 0o644);
  }),
  holds("1.1.21", "private keys have mode 600", async ({ controlPlane }) => {
    expectModes(await controlPlane.filesBelow(pki, "*.key"), 0o600);
  }),
];

type Expected = string | RegExp | ((value: string) => void) | undefined;

function expectFlag(value: string | undefined, expected: Expected): void {
  if (typeof expected === "function") expected(value ?? "");
  else if (expected instanceof RegExp) expect(value ?? "").toMatch(expected);
  else expect(value).toBe(expected);
}

/** Flags of one of the control plane's programs; of one that must not be there, `undefined` is expected. */
const flags =
  (program: string, expected: Readonly<Record<string, Expected>>): Check =>
  async (cluster) => {
    for (const [name, value] of Object.entries(expected))
      expectFlag(await cluster.flag(program, name), value);
  };
const apiServer = (expected: Readonly<Record<string, Expected>>): Check => flags("kube-apiserver", expected);
const etcd = (expected: Readonly<Record<string, Expected>>): Check => flags("etcd", expected);

const file = (name: string): RegExp => new RegExp(`^/etc/kubernetes/.*${name}$`);
const has =
  (word: string) =>
  (list: string): void => {
    expect(list.split(",")).toContain(word);
  };
const hasNot =
  (word: string) =>
  (list: string): void => {
    expect(list.split(",")).not.toContain(word);
  };
const atLeast =
  (least: number) =>
  (value: string): void => {
    expect(Number(value)).toBeGreaterThanOrEqual(least);
  };
const strong = /^(TLS_ECDHE_(ECDSA|RSA)_WITH_(AES_(128|256)_GCM|CHACHA20_POLY1305)_SHA(256|384),?)+$/;

/** 1.2: the API server. */
const apiServerControls: readonly Control[] = [
  deviates(
    "1.2.1",
    "the API server answers nobody who does not say who he is, by `--anonymous-auth=false`",
    "three exact paths of its health are open, by an authentication configuration, which excludes the flag; [why](security.md#anonymous-requests)",
  ),
  holds("1.2.2", "no file of tokens is known", apiServer({ "token-auth-file": undefined })),
  holds(
    "1.2.3",
    "`DenyServiceExternalIPs` is on",
    apiServer({ "enable-admission-plugins": has("DenyServiceExternalIPs") }),
  ),
  holds(
    "1.2.4",
    "kubelets are asked with a certificate",
    apiServer({ "kubelet-client-certificate": file("crt"), "kubelet-client-key": file("key") }),
  ),
  holds(
    "1.2.5",
    "kubelets' own certificates are verified",
    apiServer({ "kubelet-certificate-authority": file("ca.crt") }),
  ),
  holds("1.2.6", "nobody is allowed everything", apiServer({ "authorization-mode": hasNot("AlwaysAllow") })),
  holds("1.2.7", "nodes are judged by `Node`", apiServer({ "authorization-mode": has("Node") })),
  holds("1.2.8", "everybody is judged by `RBAC`", apiServer({ "authorization-mode": has("RBAC") })),
  holds(
    "1.2.9",
    "`EventRateLimit` is on",
    apiServer({
      "enable-admission-plugins": has("EventRateLimit"),
      "admission-control-config-file": file("admission.yaml"),
    }),
  ),
  holds("1.2.10", "`AlwaysAdmit` is off", apiServer({ "enable-admission-plugins": hasNot("AlwaysAdmit") })),
  deviates(
    "1.2.11",
    "`AlwaysPullImages` is on",
    "the platform's pods run what the machine's image has, so that a machine needs no registry to come up; pods of services name images by digest",
  ),
  holds(
    "1.2.12",
    "`ServiceAccount` is on",
    apiServer({ "disable-admission-plugins": hasNot("ServiceAccount") }),
  ),
  holds(
    "1.2.13",
    "`NamespaceLifecycle` is on",
    apiServer({ "disable-admission-plugins": hasNot("NamespaceLifecycle") }),
  ),
  holds(
    "1.2.14",
    "`NodeRestriction` is on",
    apiServer({ "enable-admission-plugins": has("NodeRestriction") }),
  ),
  holds("1.2.15", "the API server has no profiling", apiServer({ profiling: "false" })),
  holds("1.2.16", "an audit log is written", apiServer({ "audit-log-path": /^\/var\/log\// })),
  holds(
    "1.2.17",
    "the audit log is kept for 30 days or more",
    apiServer({ "audit-log-maxage": atLeast(30) }),
  ),
  holds("1.2.18", "10 files of it are kept or more", apiServer({ "audit-log-maxbackup": atLeast(10) })),
  holds("1.2.19", "each has 100 MB or more", apiServer({ "audit-log-maxsize": atLeast(100) })),
  holds(
    "1.2.20",
    "requests end after a fitting time",
    apiServer({ "request-timeout": undefined }),
    "the default, a minute",
  ),
  holds(
    "1.2.21",
    "an account that is gone is nobody, whatever its token says",
    apiServer({ "service-account-lookup": undefined }),
    "the default",
  ),
  holds(
    "1.2.22",
    "accounts' tokens are verified by a key of their own",
    apiServer({ "service-account-key-file": file("sa.pub") }),
  ),
  holds(
    "1.2.23",
    "etcd is asked with a certificate",
    apiServer({ "etcd-certfile": file("crt"), "etcd-keyfile": file("key") }),
  ),
  holds(
    "1.2.24",
    "the API is served with a certificate",
    apiServer({ "tls-cert-file": file("crt"), "tls-private-key-file": file("key") }),
  ),
  holds("1.2.25", "clients' certificates are verified", apiServer({ "client-ca-file": file("ca.crt") })),
  holds("1.2.26", "etcd's certificate is verified", apiServer({ "etcd-cafile": file("etcd/ca.crt") })),
  holds(
    "1.2.27",
    "encryption at rest is configured",
    apiServer({ "encryption-provider-config": file("encryption.yaml") }),
  ),
  holds("1.2.28", "what encrypts at rest is strong", async (cluster) => {
    const path = await cluster.flag("kube-apiserver", "encryption-provider-config");
    const [, first] = /providers:\s*- (\w+)/.exec(await cluster.controlPlane.read(path ?? "no flag")) ?? [];
    expect(["aescbc", "kms", "secretbox"]).toContain(first);
  }),
  holds("1.2.29", "cipher suites are strong", apiServer({ "tls-cipher-suites": strong })),
  holds(
    "1.2.30",
    "tokens are not prolonged",
    apiServer({ "service-account-extend-token-expiration": "false" }),
  ),
];

const controllerManager = (expected: Readonly<Record<string, Expected>>): Check =>
  flags("kube-controller-manager", expected);

/** 1.3 and 1.4. */
const otherPrograms: readonly Control[] = [
  holds(
    "1.3.1",
    "pods that have ended are removed from a number on",
    controllerManager({ "terminated-pod-gc-threshold": atLeast(1) }),
  ),
  holds("1.3.2", "the controller manager has no profiling", controllerManager({ profiling: "false" })),
  holds(
    "1.3.3",
    "each controller has an account of its own",
    controllerManager({ "use-service-account-credentials": "true" }),
  ),
  holds(
    "1.3.4",
    "accounts' tokens are signed by a key of their own",
    controllerManager({ "service-account-private-key-file": file("sa.key") }),
  ),
  holds(
    "1.3.5",
    "pods are told which authority is the API's",
    controllerManager({ "root-ca-file": file("ca.crt") }),
  ),
  holds(
    "1.3.6",
    "kubelets' serving certificates can rotate",
    controllerManager({ "feature-gates": hasNot("RotateKubeletServerCertificate=false") }),
  ),
  holds(
    "1.3.7",
    "the controller manager listens to its machine alone",
    controllerManager({ "bind-address": "127.0.0.1" }),
  ),
  holds("1.4.1", "the scheduler has no profiling", flags("kube-scheduler", { profiling: "false" })),
  holds(
    "1.4.2",
    "the scheduler listens to its machine alone",
    flags("kube-scheduler", { "bind-address": "127.0.0.1" }),
  ),
];

/** 2: etcd. */
const etcdControls: readonly Control[] = [
  holds(
    "2.1",
    "etcd is served with a certificate",
    etcd({ "cert-file": file("crt"), "key-file": file("key") }),
  ),
  holds("2.2", "it asks clients for theirs", etcd({ "client-cert-auth": "true" })),
  holds("2.3", "it makes none for itself", etcd({ "auto-tls": undefined })),
  holds(
    "2.4",
    "peers are served with a certificate",
    etcd({ "peer-cert-file": file("crt"), "peer-key-file": file("key") }),
  ),
  holds("2.5", "peers are asked for theirs", etcd({ "peer-client-cert-auth": "true" })),
  holds("2.6", "none is made for peers by itself", etcd({ "peer-auto-tls": undefined })),
  holds("2.7", "etcd's authority is its own", async (cluster) => {
    const authorities = [
      await cluster.flag("etcd", "trusted-ca-file"),
      await cluster.flag("kube-apiserver", "client-ca-file"),
    ];
    const read = authorities.map((path) => cluster.controlPlane.read(path ?? "no flag"));
    const [ofEtcd, ofCluster] = await Promise.all(read);
    expect(ofEtcd).toContain("BEGIN CERTIFICATE");
    expect(ofEtcd).not.toBe(ofCluster);
  }),
];

interface Rule {
  level: string;
  resources?: { group?: string; resources?: string[] }[];
}

/** 3: who is known, and what is written down. */
const configuration: readonly Control[] = [
  deviates(
    "3.1.1",
    "people are not known by client certificates",
    "the administrator's kubeconfig has one, good for a year; an OIDC issuer for people is theirs who have one",
  ),
  holds(
    "3.1.2",
    "people are not known by accounts' tokens",
    async (cluster) => {
      const secrets = await cluster.objects<{ type: string }>("/api/v1/secrets");
      expect(secrets.filter(({ type }) => type === "kubernetes.io/service-account-token")).toEqual([]);
    },
    "no token without an end is there; the deployer's is for pipelines, and good for an hour",
  ),
  holds(
    "3.1.3",
    "people are not known by bootstrap tokens",
    async (cluster) => {
      const secrets = await cluster.objects<{ type: string; data: Record<string, string> }>(
        "/api/v1/secrets",
      );
      for (const { data } of secrets.filter(({ type }) => type === "bootstrap.kubernetes.io/token")) {
        const groups = Buffer.from(data["auth-extra-groups"] ?? "", "base64").toString();
        expect(groups).toBe("system:bootstrappers:kubeadm:default-node-token");
        expect(data.expiration).toBeDefined();
      }
    },
    "those that kubeadm makes while a control plane boots are for machines, and end",
  ),
  holds("3.2.1", "there is an audit policy", apiServer({ "audit-policy-file": file("audit-policy.yaml") })),
  holds("3.2.2", "the audit policy covers what counts", async (cluster) => {
    const path = await cluster.flag("kube-apiserver", "audit-policy-file");
    const policy = await cluster.controlPlane.read(path ?? "no flag");
    const { rules } = parse(policy) as { rules: Rule[] };
    const levelOf = (resource: string): string | undefined =>
      rules.find(({ resources }) => resources?.some((each) => each.resources?.includes(resource)))?.level;
    for (const body of ["secrets", "configmaps", "tokenreviews"]) expect(levelOf(body)).toBe("Metadata");
    // Whatever no rule leaves out is written down, bodies or not: changes of pods, shells in them, and proxies.
    expect(rules.at(-1)?.level).toMatch(/^(Metadata|Request)$/);
  }),
];

/** Sections 1 to 3 of the benchmark. */
export const controlPlaneControls: readonly Control[] = [
  ...files,
  ...apiServerControls,
  ...otherPrograms,
  ...etcdControls,
  ...configuration,
];
