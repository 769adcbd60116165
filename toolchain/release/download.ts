import { existsSync, statSync } from "node:fs";
import { mkdir, open, rename, rm } from "node:fs/promises";
import * as path from "node:path";

import type { Response } from "undici";

import { sha256OfFile } from "./checksum";
import { FetchFailure } from "./failure";
import type { Web } from "./web";

/** What is downloaded. */
export interface Wanted {
  /** Its official address. */
  url: string;
  /** What it is called in messages, and in the folder of downloads. */
  name: string;
  /** Its published SHA-256, in hexadecimal digits. */
  sha256: string;
  /** Further headers of the request. */
  headers?: Readonly<Record<string, string>>;
}

/** Takes how many bytes are there, of how many; `total` is undefined where the server does not say. */
export type OnBytes = (done: number, total: number | undefined) => void;

/**
 * Downloads into a folder, unless it is there; gives the file's path. What was cut off, in this run or an earlier one, is
 * taken up where it ended. A file has its name only when its checksum is right.
 *
 * @throws FetchFailure when it cannot be had, or is not what was published
 */
export async function download(web: Web, wanted: Wanted, folder: string, onBytes: OnBytes): Promise<string> {
  // The checksum in the name keeps what is resumed from being mixed out of two releases.
  const file = path.join(folder, `${wanted.sha256.slice(0, 12)}-${wanted.name}`);
  if (existsSync(file) && (await sha256OfFile(file)) === wanted.sha256) return file;
  await mkdir(folder, { recursive: true });
  const partial = `${file}.partial`;
  await web.persist(
    () => sizeOf(partial),
    () => transfer(web, wanted, partial, onBytes),
  );
  await verify(web, wanted, partial);
  await rename(partial, file);
  return file;
}

/** Appends to a partial file what is missing of it. */
async function transfer(web: Web, wanted: Wanted, partial: string, onBytes: OnBytes): Promise<void> {
  const had = sizeOf(partial);
  const range: Record<string, string> = had > 0 ? { Range: `bytes=${had}-` } : {};
  const response = await web.open(wanted.url, { ...wanted.headers, ...range }, [416]);
  const { start, total } = rangeOf(response);
  if (response.status === 416) {
    await response.body?.cancel();
    // All of it was there: the run before ended between the last byte and the check.
    if (total === had) return;
  }
  if (response.status === 416 || (response.status === 206 && start !== had)) {
    await response.body?.cancel();
    await rm(partial, { force: true });
    throw new FetchFailure(
      `${web.locate(wanted.url)}: the server does not have the rest of what was fetched`,
      "Run it again.",
      true,
    );
  }
  // Without a range in its answer the server sends all of it, whatever it was asked for.
  let done = response.status === 206 ? had : 0;
  const output = await open(partial, done > 0 ? "a" : "w");
  try {
    onBytes(done, total);
    for await (const chunk of web.chunks(wanted.url, response)) {
      await output.appendFile(chunk);
      done += chunk.length;
      onBytes(done, total);
    }
  } finally {
    await output.close();
  }
}

/** Where an answer's bytes begin, and how many the whole has. */
function rangeOf(response: Response): { start: number | undefined; total: number | undefined } {
  const number = (text: string | null | undefined): number | undefined =>
    text && /^\d+$/.test(text) ? Number(text) : undefined;
  const [, start, total] =
    /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(response.headers.get("content-range") ?? "") ?? [];
  if (response.status !== 200) return { start: number(start), total: number(total) };
  return { start: 0, total: number(response.headers.get("content-length")) };
}

async function verify(web: Web, wanted: Wanted, partial: string): Promise<void> {
  const actual = await sha256OfFile(partial);
  if (actual === wanted.sha256) return;
  await rm(partial, { force: true });
  throw new FetchFailure(
    `${wanted.name} from ${web.locate(wanted.url)} is not what was published: its SHA-256 is ${actual}, ` +
      `the published one ${wanted.sha256}`,
    "Do not go around it. The file is deleted: run it again; if it stays so, a proxy or mirror on the way changes it.",
  );
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
