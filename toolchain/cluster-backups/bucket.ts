import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import type { S3Client } from "@aws-sdk/client-s3";

import { collected } from "../aws-answers";
import { parsePublicDescription } from "./description";
import type { KeptBackup } from "./lines";

/** A bucket of backups, and where it is. */
export interface Bucket {
  readonly bucket: string;
  readonly region: string;
}

/** The backups in a bucket, the oldest first. S3 itself holds what it has against its checksums. */
export async function backupsInBucket({ bucket, region }: Bucket): Promise<KeptBackup[]> {
  const { GetObjectCommand } = await import("@aws-sdk/client-s3");
  const client = await clientIn(region);
  const keys = await keysIn(client, bucket);
  const bundles = new Set(keys.filter((key) => key.endsWith(".age")));
  const described = keys.filter((key) => key.endsWith(".json"));
  const backups = await Promise.all(
    described.map(async (key): Promise<KeptBackup> => {
      const name = key.replace(/^.*\//, "").replace(/\.json$/, "");
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      try {
        const description = parsePublicDescription((await Body?.transformToString()) ?? "");
        return { name, description, state: bundles.has(key.replace(/json$/, "age")) ? "stored" : "missing" };
      } catch {
        return { name, state: "unreadable" };
      }
    }),
  );
  return backups.sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** Copies a bundle out of a bucket. Fails where there is none of the name. */
export async function fetchFromBucket(
  { bucket, region }: Bucket,
  name: string,
  target: string,
): Promise<void> {
  const { GetObjectCommand } = await import("@aws-sdk/client-s3");
  const client = await clientIn(region);
  const key = (await keysIn(client, bucket)).find((each) => each.endsWith(`/${name}.age`));
  if (key === undefined) throw new Error(`the bucket ${bucket} has no bundle ${name}`);
  const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  if (!(Body instanceof Readable)) throw new Error(`the bucket ${bucket} gave nothing for ${key}`);
  await pipeline(Body, createWriteStream(target, { mode: 0o600 }));
}

async function clientIn(region: string): Promise<S3Client> {
  const { S3Client: Client } = await import("@aws-sdk/client-s3");
  return new Client({ region, maxAttempts: 3 });
}

async function keysIn(client: S3Client, bucket: string): Promise<string[]> {
  const { paginateListObjectsV2 } = await import("@aws-sdk/client-s3");
  const objects = await collected(
    paginateListObjectsV2({ client }, { Bucket: bucket }),
    (page) => page.Contents,
  );
  return objects.flatMap(({ Key }) => Key ?? []);
}
