import {
  closeSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import * as path from "node:path";

import { partDirectory, toolchainDirectory } from "./cache";
import type { ToolchainMode } from "./mode";
import type { Part } from "./parts";

/**
 * Makes a part's folder in the cache. It is filled in a scratch folder beside its place and gets its name by one rename
 * at the end, so that what is interrupted leaves nothing that counts. Its lock must be held.
 *
 * @param fill - puts the programs into `output`, with `scratch` around it for what else it needs, and gives what
 *   `build.json` says of how they were made
 */
export async function assemblePart<R extends object>(
  part: Part,
  mode: ToolchainMode,
  fill: (scratch: string, output: string) => Promise<R>,
): Promise<R> {
  const scratch = freshScratch(part);
  const output = path.join(scratch, "output");
  try {
    mkdirSync(output);
    const record = await fill(scratch, output);
    writeFileSync(path.join(output, "build.json"), `${JSON.stringify(record, undefined, 2)}\n`);
    flush(output);
    renameSync(output, partDirectory(part, mode));
    return record;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** An empty folder for making a part in; those that killed makers of it left are removed. */
function freshScratch(part: Part): string {
  const prefix = `.building-${part.name}@`;
  for (const entry of readdirSync(toolchainDirectory())) {
    if (entry.startsWith(prefix)) {
      rmSync(path.join(toolchainDirectory(), entry), { recursive: true, force: true });
    }
  }
  return mkdtempSync(path.join(toolchainDirectory(), prefix));
}

/** Waits until a folder's files are on the disk: a rename may get there before their contents does. */
function flush(folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = openSync(path.join(entry.parentPath, entry.name), "r");
    fsyncSync(file);
    closeSync(file);
  }
}
