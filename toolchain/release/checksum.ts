import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";

import { FetchFailure } from "./failure";

const sha256 = /^[0-9a-f]{64}$/;

/** SHA-256 of a file, in hexadecimal digits. */
export async function sha256OfFile(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

/** SHA-256 of some bytes, in hexadecimal digits. */
export function sha256Of(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/**
 * A file's SHA-256 out of what a project publishes: the hash alone, or lines of `hash  name` as sha256sum writes them.
 *
 * @param text - what stands at `url`
 * @throws FetchFailure if there is none for the file
 */
export function publishedChecksum(text: string, file: string, url: string): string {
  const lines = text
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([hash = ""]) => sha256.test(hash.toLowerCase()));
  const [only] = lines;
  const alone = lines.length === 1 && only?.length === 1;
  // `*` stands before the name of a file that was read as binary; some lists name a path.
  const named = lines.find(([, name = ""]) => name.replace(/^\*/, "").split("/").at(-1) === file);
  const hash = (alone ? only : named)?.[0]?.toLowerCase();
  if (hash === undefined) {
    throw new FetchFailure(
      `${url}: no SHA-256 of ${file} in it`,
      "Nothing is used without its published checksum: compare the file's name in toolchain/release/releases.ts with " +
        "those in that list. SLIPWAY_TOOLCHAIN=source builds from Go modules instead.",
    );
  }
  return hash;
}
