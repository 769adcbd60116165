import { readFileSync } from "node:fs";
import * as path from "node:path";

/** A fenced block of a page in docs/. */
export interface PageBlock {
  /** The heading that it stands under. */
  readonly section: string;
  /** Its language, the first word of its fence. */
  readonly language: string;
  /** What it is for, the second word of its fence. */
  readonly purpose: string;
  readonly code: string;
}

/** All fenced blocks of a page, so that a test can run what the page shows. */
export function pageBlocks(page: string): PageBlock[] {
  const text = readFileSync(path.join(__dirname, "..", "..", "docs", page), "utf8");
  const blocks: PageBlock[] = [];
  let section = "";
  for (const match of text.matchAll(/^## (.+)$|^```(\S+)(?: (\S+))?\n([^]*?)^```$/gm)) {
    const [, heading, language, purpose = "", code = ""] = match;
    if (heading !== undefined) section = heading;
    if (language !== undefined) blocks.push({ section, language, purpose, code });
  }
  return blocks;
}
