import { settingsOf } from "../environment";
import { regionOf } from "../kept/aws";
import { backupsInBucket, type Bucket } from "./bucket";
import type { KeptBackup } from "./lines";
import { backupsInVolume } from "./volume";

/** An environment's backups, the oldest first, wherever its settings say that they are. */
export async function backupsOf(environment: string): Promise<KeptBackup[]> {
  const bucket = await bucketOf(environment);
  return bucket ? await backupsInBucket(bucket) : await backupsInVolume(environment);
}

/** The bucket of an environment on AWS, by its tags, so that it is found when the state is lost; undefined on Docker. */
export async function bucketOf(environment: string): Promise<Bucket | undefined> {
  const region = regionOf(settingsOf(environment));
  if (region === undefined) return undefined;
  const { GetResourcesCommand, ResourceGroupsTaggingAPIClient } =
    await import("@aws-sdk/client-resource-groups-tagging-api");
  const { ResourceTagMappingList: found = [] } = await new ResourceGroupsTaggingAPIClient({ region }).send(
    new GetResourcesCommand({
      TagFilters: [{ Key: "Name", Values: [`${environment}-backups`] }],
      ResourceTypeFilters: ["s3"],
    }),
  );
  const [arn, ...others] = found.flatMap(({ ResourceARN }) => ResourceARN ?? []);
  if (arn === undefined || others.length > 0) {
    throw new Error(
      `${region} has ${arn === undefined ? "no bucket" : "several buckets"} for backups of ${environment}`,
    );
  }
  return { bucket: arn.split(":").at(-1) ?? "", region };
}
