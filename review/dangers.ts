import type { Change } from "./changes";
import { valueAt } from "./records";

/** A change that a reader must not miss. */
export interface Danger {
  readonly change: Change;
  /** Whether data is gone for good; otherwise something only stops for a while. */
  readonly losesData: boolean;
  /** What it means, in one sentence. */
  readonly meaning: string;
}

interface Consequence {
  /** What its URN's types are like: those of all that it is a child of, and its own. */
  readonly of: RegExp;
  readonly losesData: boolean;
  readonly meaning: string | ((change: Change) => string);
}

/** The first that fits counts. */
const consequences: readonly Consequence[] = [
  {
    of: /dynamic\/pki:(CertificateAuthority|KeyPair)$/,
    losesData: true,
    meaning:
      "a key of the cluster's identity: every certificate, kubeconfig and token that it signed is refused",
  },
  {
    of: /dynamic\/pki:EncryptionKey$/,
    losesData: true,
    meaning: "the key that Secrets are encrypted with in etcd: nobody can read them any more",
  },
  {
    of: /slipway:machines:Registry\$.*docker:index\/volume:Volume$/,
    losesData: true,
    meaning: "the registry's images: nodes can pull none until they are pushed again",
  },
  {
    of: /slipway:machines:\w*Machine\$.*docker:index\/volume:Volume$/,
    losesData: true,
    meaning: "a machine's disk: etcd's part on it, and every local volume of its pods",
  },
  {
    of: /slipway:machines:\w*Machine\$.*docker:index\/container:Container$/,
    losesData: false,
    meaning: "a machine: it is drained and boots anew; what has one replica stops meanwhile",
  },
  {
    of: /dynamic\/cluster:Membership$/,
    losesData: false,
    meaning: "a machine's membership: it leaves the cluster, and joins anew when it is made anew",
  },
  { of: /docker:index\/volume:Volume$/, losesData: true, meaning: "a Docker volume, and all that is in it" },
  {
    of: /docker:index\/network:Network$/,
    losesData: false,
    meaning: "the machines' network: every machine goes with it",
  },
  {
    of: /kubernetes:core\/v1:PersistentVolumeClaim$/,
    losesData: true,
    meaning: (change) => claimMeaning(change),
  },
  {
    of: /kubernetes:core\/v1:PersistentVolume$/,
    losesData: true,
    meaning: "a volume, and with Delete what is on it",
  },
  {
    of: /kubernetes:core\/v1:Namespace$/,
    losesData: true,
    meaning: "a namespace: everything in it goes, claims and Secrets too",
  },
  {
    of: /kubernetes:apps\/v1:StatefulSet$/,
    losesData: false,
    meaning:
      "all of its pods stop at once; its claims stay, unless its persistentVolumeClaimRetentionPolicy says Delete",
  },
  {
    of: /kubernetes:apiextensions\.k8s\.io\/v1:CustomResourceDefinition$/,
    losesData: true,
    meaning: "a kind of object: all objects of that kind go with it",
  },
  {
    of: /kubernetes:core\/v1:Secret$/,
    losesData: true,
    meaning: "a Secret: what it holds is gone unless it is made anew",
  },
  {
    of: /kubernetes:storage\.k8s\.io\/v1:StorageClass$/,
    losesData: false,
    meaning: "a storage class: new claims of it wait; volumes that are there stay",
  },
  {
    of: /pulumi:providers:kubernetes$/,
    losesData: true,
    meaning: "the connection to a cluster: every object made through it is made anew",
  },
  { of: /aws:ebs\/volume:Volume$/, losesData: true, meaning: "a disk, and all that is on it" },
  { of: /aws:s3\/bucket\w*:Bucket\w*$/, losesData: true, meaning: "a bucket, and all objects in it" },
  { of: /aws:efs\/fileSystem:FileSystem$/, losesData: true, meaning: "a file system, and all that is on it" },
  { of: /aws:(rds|docdb|neptune)\/(instance|cluster):\w+$/, losesData: true, meaning: "a database" },
  { of: /aws:dynamodb\/table:Table$/, losesData: true, meaning: "a table, and all of its items" },
  {
    of: /aws:secretsmanager\/secret(Version)?:\w+$/,
    losesData: true,
    meaning: "a secret: who reads it fails",
  },
  { of: /aws:kms\/key:Key$/, losesData: true, meaning: "a key: nobody can read what it encrypted any more" },
  { of: /aws:ecr\/repository:Repository$/, losesData: true, meaning: "a repository of images" },
  { of: /aws:ec2\/instance:Instance$/, losesData: false, meaning: "a machine, and its root disk" },
  { of: /aws:autoscaling\/group:Group$/, losesData: false, meaning: "all machines of a pool" },
  {
    of: /aws:lb\/loadBalancer:LoadBalancer$/,
    losesData: false,
    meaning: "a load balancer: its address changes",
  },
  {
    of: /aws:ec2\/(vpc|subnet):\w+$/,
    losesData: false,
    meaning: "a network: every machine in it goes with it",
  },
];

/** What is deleted or replaced and must not be missed: what loses data first. Every replacement is among it. */
export function dangersOf(changes: readonly Change[]): Danger[] {
  const dangers = changes.flatMap((change) => danger(change) ?? []);
  return [...dangers.filter(({ losesData }) => losesData), ...dangers.filter(({ losesData }) => !losesData)];
}

function danger(change: Change): Danger | undefined {
  const { kind, urn, step } = change;
  if (kind !== "replace" && kind !== "delete") return undefined;
  const types = urn.split("::")[2] ?? "";
  const known = consequences.find(({ of }) => of.test(types));
  if (step.old?.retainOnDelete) {
    return { change, losesData: false, meaning: "is forgotten, and stays where it is (retainOnDelete)" };
  }
  if (known) {
    const { losesData, meaning } = known;
    return { change, losesData, meaning: typeof meaning === "string" ? meaning : meaning(change) };
  }
  // Components are nobody's work: what is in them stands for itself.
  if (kind === "delete" || step.old?.custom !== true) return undefined;
  return { change, losesData: false, meaning: "is made anew: what it was is not there for a while" };
}

function claimMeaning({ step }: Change): string {
  const named =
    valueAt(step.old?.inputs, "spec.storageClassName") ?? valueAt(step.old?.outputs, "spec.storageClassName");
  const storageClass = typeof named === "string" && named !== "" ? `class ${named}` : "its class";
  return `a claim: its volume and all that is on it, unless ${storageClass} keeps volumes (reclaimPolicy: Retain)`;
}
