import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

import { Problems } from "../../../checks";
import type { Belonging } from "../../belonging";
import { privateBucket } from "../private-bucket";

/** Whose backups, and for how long. */
export interface BackupBucketArgs extends Belonging {
  /** ARN of the key that encrypts the backups. Keep it as long as them: nobody reads them without. */
  readonly keyArn: pulumi.Input<string>;
  /**
   * Days in which nobody deletes or overwrites a backup, 1 and more: S3's object lock in governance mode, which only
   * `s3:BypassGovernanceRetention` passes. Default 14.
   */
  readonly lockedDays?: number;
  /** Days until a backup expires, more than {@link lockedDays}; what was overwritten or deleted goes then, too. Default 35. */
  readonly keptDays?: number;
  /**
   * Days until a backup expires whose name begins with one of these, such as `hourly/`; each is locked as long as all others, and
   * goes when it is not any more. Default: all stay for {@link keptDays}.
   */
  readonly keptDaysByPrefix?: Readonly<Record<string, number>>;
  /**
   * Whether `pulumi destroy` leaves the bucket, its rules and its backups in the account, as `retainOnDelete`: the
   * destroy goes through, and the bucket is no longer the stack's. Otherwise a bucket with backups in it fails a destroy,
   * unless {@link forceDestroy}. Default false.
   */
  readonly keep?: boolean;
  /** Whether a destroy deletes the backups, those under lock too. Not together with {@link keep}. Default false. */
  readonly forceDestroy?: boolean;
}

/**
 * Where an environment's backups of etcd lie: each version is kept and locked, encrypted with the environment's key and
 * with no other, reached by TLS only, and never public. What puts them there are the control planes. Settings that cannot work throw one error that
 * names them all.
 */
export class BackupBucket extends pulumi.ComponentResource {
  /** The bucket's name. */
  readonly bucketName: pulumi.Output<string>;
  /** ARN of the bucket. */
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: BackupBucketArgs, options: pulumi.ComponentResourceOptions) {
    checkBackupBucket(name, args);
    super("slipway:machines:AwsBackupBucket", name, {}, options);

    // Its rules stay with it: a bucket that is kept is kept locked, encrypted and private.
    const kept = { parent: this, retainOnDelete: args.keep ?? false };
    const { made, versioning } = privateBucket(
      name,
      { ...args, objectLock: true, forceDestroy: args.forceDestroy ?? false },
      kept,
    );
    const bucket = made.bucket;
    new aws.s3.BucketObjectLockConfiguration(
      name,
      { bucket, rule: { defaultRetention: { mode: "GOVERNANCE", days: lockedDays(args) } } },
      { ...kept, dependsOn: versioning },
    );
    new aws.s3.BucketLifecycleConfiguration(
      name,
      { bucket, rules: expiries(args) },
      { ...kept, dependsOn: versioning },
    );
    this.bucketName = bucket;
    this.arn = made.arn;
    this.registerOutputs({ bucketName: this.bucketName, arn: this.arn });
  }
}

function lockedDays(args: BackupBucketArgs): number {
  return args.lockedDays ?? 14;
}

function keptDays(args: BackupBucketArgs): number {
  return args.keptDays ?? 35;
}

function checkBackupBucket(name: string, args: BackupBucketArgs): void {
  const problems = new Problems();
  problems.expectWhole("lockedDays", args.lockedDays, 1, 36_500);
  problems.expectWhole("keptDays", args.keptDays, 1, Infinity);
  for (const [prefix, days] of Object.entries(args.keptDaysByPrefix ?? {})) {
    problems.expectWhole(`keptDaysByPrefix.${prefix}`, days, 1, Infinity);
  }
  const isLonger = keptDays(args) > lockedDays(args);
  problems.expect(isLonger, "keptDays", keptDays(args), `give more than lockedDays, ${lockedDays(args)}`);
  const both = args.keep === true && args.forceDestroy === true;
  problems.expect(
    !both,
    "forceDestroy",
    args.forceDestroy,
    "leave it out, or keep: what is kept is not deleted",
  );
  problems.throwIfAny("the bucket for backups", name);
}

function expiries({ keptDaysByPrefix = {}, ...args }: BackupBucketArgs) {
  return [
    expiry("old-backups", "", keptDays(args)),
    ...Object.entries(keptDaysByPrefix).map(([prefix, days]) =>
      expiry(`old-${prefix.replace(/\W/g, "")}-backups`, prefix, Math.min(days, keptDays(args))),
    ),
  ];
}

/** An expired backup is hidden at first, and what is hidden is deleted when its lock allows: the next day at the earliest. */
function expiry(
  id: string,
  prefix: string,
  days: number,
): aws.types.input.s3.BucketLifecycleConfigurationRule {
  return {
    id,
    status: "Enabled",
    filter: { prefix },
    expiration: { days },
    noncurrentVersionExpiration: { noncurrentDays: 1 },
    abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
  };
}
