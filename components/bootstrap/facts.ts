/**
 * What a machine's first boot is made of: plain values only. Everything in this folder is a pure function of
 * them, so a document can be read, compared and tested without an engine, a machine or a cluster.
 */

/** A file that cloud-init writes before anything of the document runs. */
export interface MachineFile {
  /** Absolute path on the machine. */
  readonly path: string;
  /** Its text, written as it is. */
  readonly content: string;
  /** Octal mode, default `0644`. Files that hold a key say `0600`. */
  readonly permissions?: string;
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
  /** How long the certificates are good for that machines have signed, in whole seconds. Authorities are none of them. */
  readonly certificateSeconds: number;
}

/** One machine's own part. */
export interface MachineFacts {
  /** Host name and name of the Node, a DNS label. Default: the host name that the machine has by itself. */
  readonly name?: string;
  /** The address that the other machines reach it by. Default: its address on the network of the default route. */
  readonly address?: string;
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
  /**
   * What a machine does at its first boot before it makes a node of itself, one command after the other. Default: nothing, and
   * its image begins with that by itself.
   */
  readonly preparation?: readonly (readonly string[])[];
  /**
   * Absolute path of a folder that is the same on every machine, and that stays when all of them are gone. Default: the
   * platform has none.
   */
  readonly keptFolder?: string;
  /**
   * A command of the machine that knows, wherever it runs, whether a cluster was made before, so that none ever begins
   * beside one whose machines are away. Absolute path and arguments without spaces, to which the bootstrap adds one of these
   * and the SHA-256 of the cluster's authority:
   *
   * - `may-begin`: exits with 0 when no cluster of this authority was made, with 3 when one was, with 4 when one is to be
   *   restored: then it prints the path of a snapshot of etcd. With anything else it is asked again.
   * - `made`: notes that one was made, or restored. It is called as soon as the first API server answers, and whenever a
   *   control plane has become one; again when it fails.
   *
   * Default: nobody knows, and a control plane that initializes begins a cluster when it has no data and no API answers.
   */
  readonly claimCluster?: readonly string[];
}

/** A certificate authority or key pair in PEM. */
export interface KeyPairPem {
  readonly certificate: string;
  readonly privateKey: string;
}

/** An authority as a control plane needs it. */
export interface AuthorityPem extends KeyPairPem {
  /** Certificate of what is trusted beside it while it is rotated; otherwise empty. */
  readonly otherCertificate: string;
}

/** The identity as a control plane needs it. Secret: documents made of it are secret too. */
export interface ControlPlaneIdentity {
  readonly kubernetesCa: AuthorityPem;
  readonly etcdCa: AuthorityPem;
  readonly frontProxyCa: AuthorityPem;
  /** Public keys one after the other, by all of which tokens are checked. */
  readonly serviceAccountKey: { readonly publicKey: string; readonly privateKey: string };
  /** Encrypt Secrets at rest: the first one writes, all are read. Each is base64 of 32 bytes, and has a number of its own. */
  readonly encryptionKeys: readonly { readonly key: string; readonly generation: number }[];
}

/** What a machine's document is made of, besides the identity. Nothing of it is secret. */
export interface MachineBoot {
  readonly cluster: ClusterFacts;
  readonly platform: PlatformFacts;
  readonly machine: MachineFacts;
  /**
   * Where the document has nothing of the identity: a text that is another one when the machine needs another identity, as in
   * `encryption-key-2`. Default: nothing, as the document has it, or it was never rotated.
   */
  readonly identityMark?: string;
}

export interface ControlPlaneBoot extends MachineBoot {
  /** The one control plane that makes a new cluster where none was made. The others wait and join. */
  readonly initializes: boolean;
  /** Whether two authorities of the cluster are trusted, as while they are rotated. Default false. */
  readonly trustsTwo?: boolean;
}
