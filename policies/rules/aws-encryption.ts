import type { Finding, Resource, StackRule } from "../rule";
import { at, elements, isValues, text, unknown, type Value, type Values } from "../values";

/** What keeps data, and the property that encrypts it: type to property. */
const switches: readonly (readonly [RegExp, string])[] = [
  [/^aws:ebs\/(volume|snapshotCopy):/, "encrypted"],
  [/^aws:efs\/fileSystem:/, "encrypted"],
  [/^aws:(rds\/(instance|cluster|globalCluster)|docdb\/cluster|neptune\/cluster):/, "storageEncrypted"],
  [/^aws:redshift\/cluster:/, "encrypted"],
  [/^aws:elasticache\/replicationGroup:/, "atRestEncryptionEnabled"],
];

/** What AWS encrypts in any case, with a key of its own unless one is named: type to the property that names one. */
const keys: readonly (readonly [RegExp, string])[] = [
  [/^aws:secretsmanager\/secret:/, "kmsKeyId"],
  [/^aws:cloudwatch\/logGroup:/, "kmsKeyId"],
];

const bucket = /^aws:s3\/bucket(V2)?:/;
const bucketEncryption = /^aws:s3\/bucketServerSideEncryptionConfiguration(V2)?:/;

/** Disks, buckets, databases and queues whose content is worth nothing to whoever gets hold of it. */
export const awsEncryption: StackRule = {
  name: "aws-encryption",
  description: "What keeps data on AWS keeps it encrypted",
  level: "mandatory",
  settings: {
    ownKeys: {
      description:
        "Types, as in aws:secretsmanager/secret, that have to name a key of the environment's own; AWS' would do for the rest",
      default: ["aws:secretsmanager/secret"],
    },
  },
  checkStack: (resources, { ownKeys = [] }) =>
    resources
      .filter(({ type }) => type.startsWith("aws:"))
      .flatMap((resource): Finding[] =>
        [
          ...switchProblems(resource),
          ...diskProblems(resource),
          ...queueProblems(resource),
          ...bucketProblems(resource, resources),
          ...keyProblems(resource, ownKeys),
        ].map((message) => ({ urn: resource.urn, message })),
      ),
};

function isOn(value: Value): boolean {
  // A launch template writes its booleans as texts.
  return value === true || value === "true" || value === unknown;
}

function switchProblems({ type, props }: Resource): string[] {
  const property = switches.find(([types]) => types.test(type))?.[1];
  return property === undefined || isOn(props[property]) ? [] : [`is not encrypted; write ${property}: true`];
}

function diskProblems({ type, props }: Resource): string[] {
  if (/^aws:ec2\/(instance|launchConfiguration|spotInstanceRequest):/.test(type)) {
    const disks = elements(props.ebsBlockDevices).filter(isValues);
    return [
      ...(isOn(at(props.rootBlockDevice, "encrypted"))
        ? []
        : ["its root disk is not encrypted; write rootBlockDevice: { encrypted: true }"]),
      ...disks.filter((disk) => !isOn(disk.encrypted)).map((disk) => plainDisk(disk, "encrypted: true")),
    ];
  }
  if (!type.startsWith("aws:ec2/launchTemplate:")) return [];
  const mappings = elements(props.blockDeviceMappings).filter(isValues);
  if (mappings.length === 0 && props.blockDeviceMappings !== unknown) {
    return [
      "names no disk, so that its instances get the image's own, encrypted or not; write blockDeviceMappings",
    ];
  }
  return mappings
    .filter((mapping) => !isOn(at(mapping.ebs, "encrypted")) && mapping.virtualName === undefined)
    .map((mapping) => plainDisk(mapping, 'ebs: { encrypted: "true" }'));
}

function plainDisk(disk: Values, remedy: string): string {
  return `disk ${text(disk.deviceName) ?? "without a name"} is not encrypted; write ${remedy}`;
}

function queueProblems({ type, props }: Resource): string[] {
  const hasKey = props.kmsMasterKeyId !== undefined && props.kmsMasterKeyId !== "";
  if (type.startsWith("aws:sns/topic:")) {
    return hasKey ? [] : ['is not encrypted; write kmsMasterKeyId: "alias/aws/sns" or a key of your own'];
  }
  // Encrypted by SQS' own key unless it is told not to.
  if (!type.startsWith("aws:sqs/queue:") || hasKey || props.sqsManagedSseEnabled !== false) return [];
  return ["is not encrypted; leave sqsManagedSseEnabled out, or write kmsMasterKeyId"];
}

/** Since 2023 S3 encrypts with a key of its own; that it does, and with which, is for the program to say. */
function bucketProblems(resource: Resource, resources: readonly Resource[]): string[] {
  if (!bucket.test(resource.type) || isValues(resource.props.serverSideEncryptionConfiguration)) return [];
  const says = resources.some((other) => bucketEncryption.test(other.type) && isAbout(other, resource));
  return says
    ? []
    : ["does not say how it is encrypted; add a BucketServerSideEncryptionConfiguration for it"];
}

function isAbout({ props, sources }: Resource, { urn, props: bucketProps }: Resource): boolean {
  const name = text(props.bucket);
  return sources?.bucket?.includes(urn) === true || (name !== undefined && name === text(bucketProps.bucket));
}

function keyProblems({ type, props }: Resource, ownKeys: readonly string[]): string[] {
  const property = keys.find(([types]) => types.test(type))?.[1];
  const [token = ""] = /^aws:[^:]+/.exec(type) ?? [];
  if (property === undefined || !ownKeys.includes(token)) return [];
  const named = props[property] !== undefined && props[property] !== "";
  return named
    ? []
    : [`is encrypted with a key that all of the account shares; write ${property}, a key of its own`];
}
