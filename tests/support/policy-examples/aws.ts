import type { ExampleResource, Examples } from "./example";

const tags = { "slipway.owner": "team-a" };

function aws(token: string, props: ExampleResource["props"] = {}): ExampleResource {
  const [, name = ""] = token.split("/");
  return { type: `aws:${token}:${name.charAt(0).toUpperCase()}${name.slice(1)}`, props };
}

const disk = (encrypted: string) => [{ deviceName: "/dev/xvda", ebs: { encrypted, volumeSize: 20 } }];
const made = [
  { resourceType: "instance", tags },
  { resourceType: "volume", tags },
];

export const awsTags: Examples = {
  rule: "aws-tags",
  examples: [
    { title: "tags", resources: [aws("ec2/vpc", { cidrBlock: "10.0.0.0/16", tags })], says: [] },
    {
      title: "what has no tags",
      resources: [aws("ec2/route", {}), aws("iam/rolePolicyAttachment")],
      says: [],
    },
    {
      title: "the list of an auto-scaling group",
      resources: [
        aws("autoscaling/group", { tags: [{ key: "slipway.owner", value: "a", propagateAtLaunch: true }] }),
      ],
      says: [],
    },
    {
      title: "a launch template that tags what it makes",
      resources: [
        aws("ec2/launchTemplate", { tags, tagSpecifications: made, blockDeviceMappings: disk("true") }),
      ],
      says: [],
    },
    {
      title: "no tags",
      resources: [aws("ec2/vpc", { cidrBlock: "10.0.0.0/16" })],
      says: ['tags has no slipway.owner; write tags: { "slipway.owner": "…" }'],
    },
    {
      title: "a launch template whose volumes are nobody's",
      resources: [
        aws("ec2/launchTemplate", {
          tags,
          tagSpecifications: made.slice(0, 1),
          blockDeviceMappings: disk("true"),
        }),
      ],
      says: [
        'tagSpecifications of volume has no slipway.owner; write tagSpecifications of volume: { "slipway.owner": "…" }',
      ],
    },
  ],
};

export const awsEncryption: Examples = {
  rule: "aws-encryption",
  examples: [
    {
      title: "encrypted volume, instance, template, database, file system, topic and queue",
      resources: [
        aws("ebs/volume", { encrypted: true, tags }),
        aws("ec2/instance", { rootBlockDevice: { encrypted: true }, tags }),
        aws("ec2/launchTemplate", { tags, tagSpecifications: made, blockDeviceMappings: disk("true") }),
        aws("rds/instance", { storageEncrypted: true, tags }),
        aws("efs/fileSystem", { encrypted: true, tags }),
        aws("sns/topic", { kmsMasterKeyId: "alias/aws/sns", tags }),
        aws("sqs/queue", { tags }),
        aws("secretsmanager/secret", { kmsKeyId: "alias/shop", tags }),
      ],
      says: [],
    },
    {
      title: "a bucket that says how it is encrypted",
      resources: [
        aws("s3/bucket", { bucket: "backups", tags }),
        aws("s3/bucketServerSideEncryptionConfiguration", { bucket: "backups", rules: [] }),
      ],
      says: [],
    },
    {
      title: "a plain volume",
      resources: [aws("ebs/volume", { tags })],
      says: ["is not encrypted; write encrypted: true"],
    },
    {
      title: "an instance with a plain root disk and another",
      resources: [
        aws("ec2/instance", { tags, ebsBlockDevices: [{ deviceName: "/dev/sdb", volumeSize: 1 }] }),
      ],
      says: [
        "its root disk is not encrypted; write rootBlockDevice: { encrypted: true }",
        "disk /dev/sdb is not encrypted; write encrypted: true",
      ],
    },
    {
      title: "a launch template with a plain disk",
      resources: [
        aws("ec2/launchTemplate", { tags, tagSpecifications: made, blockDeviceMappings: disk("false") }),
      ],
      says: ['disk /dev/xvda is not encrypted; write ebs: { encrypted: "true" }'],
    },
    {
      title: "a launch template without a disk",
      resources: [aws("ec2/launchTemplate", { tags, tagSpecifications: made })],
      says: [
        "names no disk, so that its instances get the image's own, encrypted or not; write blockDeviceMappings",
      ],
    },
    {
      title: "a bucket that does not say so, beside one that does",
      resources: [
        aws("s3/bucket", { bucket: "open", tags }),
        aws("s3/bucketServerSideEncryptionConfiguration", { bucket: "another", rules: [] }),
      ],
      says: ["does not say how it is encrypted; add a BucketServerSideEncryptionConfiguration for it"],
    },
    {
      title: "a secret with the account's key, a plain topic and a plain queue",
      resources: [
        aws("secretsmanager/secret", { tags }),
        aws("sns/topic", { tags }),
        aws("sqs/queue", { sqsManagedSseEnabled: false, tags }),
        aws("rds/cluster", { tags }),
      ],
      says: [
        "is encrypted with a key that all of the account shares; write kmsKeyId, a key of its own",
        'is not encrypted; write kmsMasterKeyId: "alias/aws/sns" or a key of your own',
        "is not encrypted; leave sqsManagedSseEnabled out, or write kmsMasterKeyId",
        "is not encrypted; write storageEncrypted: true",
      ],
    },
  ],
};
