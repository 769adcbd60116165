/**
 * What a machine's first boot is made of: plain values only. Everything in this folder is a pure function of
 * them, so a document can be read, compared and tested without an engine, a machine or a cluster.
 */

/** A file that cloud-init writes before anything else of the document runs. */
export interface MachineFile {
  /** Absolute path on the machine. */
  readonly path: string;
  /** Its text, written as it is. */
  readonly content: string;
  /** Octal mode, default `0644`. Files that hold a key say `0600`. */
  readonly permissions?: string;
}

/** How files that hold keys reach a machine whose document is not a safe place for them. */
export interface FetchedSecrets {
  /** What the command needs, such as its own script. They are part of the document. */
  readonly files: readonly MachineFile[];
  /** Fetches the machine's secret files and writes them. It runs before everything else, and waits until they are there. */
  readonly command: readonly string[];
}

/** `key: value` as the kubelet sets it on its own Node object. */
export type Labels = Readonly<Record<string, string>>;

/** Keeps pods without a matching toleration off a node. */
export interface Taint {
  /** A qualified name, such as `dedicated` or `example.com/gpu`. */
  readonly key: string;
  /** Default none. */
  readonly value?: string;
  /** What happens to pods that do not tolerate it: none new, none new if it can be helped, or all leave. */
  readonly effect: "NoSchedule" | "PreferNoSchedule" | "NoExecute";
}

/** What every machine of one cluster has in common. */
export interface ClusterFacts {
  /** Name of the cluster in kubeconfigs and in kubeadm's documents. */
  readonly name: string;
  /** Without a leading `v`, as in `1.36.3`. */
  readonly kubernetesVersion: string;
  /** Tag of the `registry.k8s.io/etcd` image. */
  readonly etcdVersion: string;
  /** The stable address of the API, as machines reach it. */
  readonly endpoint: { readonly host: string; readonly port: number };
  /** Further names or addresses under which clients reach the API: they go into its certificate. */
  readonly certificateSans: readonly string[];
  /** CIDRs of pods and Services. */
  readonly networks: { readonly pods: string; readonly services: string };
  /** Address of the cluster's DNS Service, inside the network of Services. */
  readonly dnsAddress: string;
}

/** One machine's own part. */
export interface MachineFacts {
  /** Host name and name of the Node, a DNS label. */
  readonly name: string;
  /** The address that the other machines reach it by. */
  readonly address: string;
  readonly labels: Labels;
  readonly taints: readonly Taint[];
}

/** What differs between the places where machines run. Data only: nothing here branches on a platform's name. */
export interface PlatformFacts {
  /** Fields of the KubeletConfiguration that this platform's machines need, over the defaults of `components/bootstrap/kubelet.ts`. */
  readonly kubelet: Readonly<Record<string, unknown>>;
  /** Further kubelet flags, by name without dashes. */
  readonly kubeletFlags: Readonly<Record<string, string>>;
  /** Checks of kubeadm's preflight that cannot pass on this platform. */
  readonly ignoredPreflightChecks: readonly string[];
  /** Files that every machine of the platform needs, such as containerd's registry hosts. */
  readonly files: readonly MachineFile[];
  /** How secret files arrive. Default: in the document itself, which is then as secret as they are. */
  readonly fetchedSecrets?: FetchedSecrets;
  /**
   * Absolute path of a folder that is the same on every machine, and that stays when all of them are gone. Default: the
   * platform has none.
   */
  readonly keptFolder?: string;
}

/** A certificate authority or key pair in PEM. */
export interface KeyPairPem {
  readonly certificate: string;
  readonly privateKey: string;
}

/** What a machine boots with. */
export interface MachineDocuments {
  /** The cloud-init document. It holds a key only where the platform does not fetch secrets. */
  readonly userData: string;
  /** What the machine fetches when it boots, for the platform to keep: none where the document holds everything. */
  readonly secretFiles: readonly MachineFile[];
}

/** The identity as a control plane needs it. Secret: documents made of it are secret too. */
export interface ControlPlaneIdentity extends WorkerIdentity {
  readonly kubernetesCa: KeyPairPem;
  readonly etcdCa: KeyPairPem;
  readonly frontProxyCa: KeyPairPem;
  readonly serviceAccountKey: { readonly publicKey: string; readonly privateKey: string };
  /** Base64 of 32 bytes: encrypts Secrets at rest. */
  readonly encryptionKey: string;
}

/** The identity as a worker needs it: enough to trust the API and to ask it for a certificate. */
export interface WorkerIdentity {
  readonly caCertificate: string;
  /** kubeadm's `[a-z0-9]{6}.[a-z0-9]{16}`. Secret. */
  readonly joinToken: string;
}

export interface WorkerBoot {
  readonly cluster: ClusterFacts;
  readonly platform: PlatformFacts;
  readonly machine: MachineFacts;
  readonly identity: WorkerIdentity;
  /** What this machine's kubelet answers with, signed by the cluster's CA for its name and address. Secret. */
  readonly kubeletServing: KeyPairPem;
}

export interface ControlPlaneBoot extends WorkerBoot {
  readonly identity: ControlPlaneIdentity;
  /** The one control plane that makes a new cluster when the endpoint does not answer. The others wait and join. */
  readonly initializes: boolean;
}
