import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

import type { MachineFile } from "../../bootstrap";
import type { Belonging } from "../belonging";
import { archivePointer } from "./aws-facts";
import { privateBucket } from "./private-bucket";
import { belongingTags } from "./tags";

/** What makes a machine of a stock system: an archive that has all that is Slipway's, and installs the rest. */
export interface MachineArchive {
  /**
   * Stands for what is in it, and is the same wherever it was made, as in `0a5186d48e00-amd64`. Another one replaces the
   * machines, one after the other; an image that was prepared with it is used as it is.
   */
  readonly key: string;
  /** Path of the archive: a gzip'd tar of files below `/`, `usr/lib/slipway/install-machine` among them. */
  readonly archive: string;
  /** The archive's SHA-256, in hexadecimal digits. */
  readonly sha256: string;
}

export interface MachineFilesArgs extends Belonging {
  readonly files: MachineArchive;
  /** ARN of the key that encrypts them. */
  readonly keyArn: pulumi.Input<string>;
}

/** Days in which what has been replaced can still be had. */
const keptDays = 7;

/** The bucket from which an environment's machines fetch what they are made of, and the archive in it. */
export class MachineFiles extends pulumi.ComponentResource {
  /** ARN pattern of the archives. */
  readonly objectsArn: pulumi.Output<string>;
  /** Says where the archive is, and its checksum: a part of each role's secret. Known when the archive is there. */
  readonly pointer: pulumi.Output<MachineFile>;

  constructor(name: string, args: MachineFilesArgs, options: pulumi.ComponentResourceOptions) {
    super("slipway:machines:AwsMachineFiles", name, {}, options);

    const child = { parent: this };
    const { files, keyArn } = args;
    // Whatever is in it can be made again.
    const { made, versioning, encryption } = privateBucket(
      name,
      { ...args, keyArn, objectLock: false, forceDestroy: true },
      child,
    );
    new aws.s3.BucketLifecycleConfiguration(
      name,
      {
        bucket: made.bucket,
        rules: [
          {
            id: "replaced",
            status: "Enabled",
            filter: { prefix: "" },
            noncurrentVersionExpiration: { noncurrentDays: keptDays },
            abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
          },
        ],
      },
      { ...child, dependsOn: versioning },
    );
    const archive = new aws.s3.BucketObjectv2(
      name,
      {
        bucket: made.bucket,
        // Other bytes are another object: who has been told of one gets that one.
        key: `${files.key}/${files.sha256}.tar.gz`,
        source: new pulumi.asset.FileAsset(files.archive),
        contentType: "application/gzip",
        tags: belongingTags(args, name),
      },
      { ...child, dependsOn: [versioning, encryption] },
    );
    this.objectsArn = pulumi.interpolate`${made.arn}/*`;
    this.pointer = pulumi
      .all([archive.bucket, archive.key, archive.versionId])
      .apply(([bucket, key]) => archivePointer(bucket, key));
    this.registerOutputs();
  }
}
