import type * as pulumi from "@pulumi/pulumi";

/** IMDSv2 only, and not for pods: an answer that has been forwarded once is lost. */
export const instanceMetadata = {
  httpEndpoint: "enabled",
  httpTokens: "required",
  httpPutResponseHopLimit: 1,
} as const;

/** A machine's own disk, which goes with it. */
export function rootDisk(gib = 20, keyArn: pulumi.Input<string>) {
  return {
    volumeType: "gp3",
    volumeSize: gib,
    encrypted: true,
    kmsKeyId: keyArn,
    deleteOnTermination: true,
  };
}
