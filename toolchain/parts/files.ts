import { readdirSync } from "node:fs";
import * as path from "node:path";

import { filesBelow } from "../content-key";
import type { Part } from "./part";

/** A part's committed files in the order of their names: each one's path in the module to where it is. */
export function filesOf({ source, code }: Pick<Part, "source" | "code">): ReadonlyMap<string, string> {
  const own = filesBelow(source).map((file): [string, string] => [file, path.join(source, file)]);
  const shared = code === undefined ? [] : filesIn(code);
  return new Map([...own, ...shared].sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** Files of a folder itself: the folders in it are versions'. */
function filesIn(folder: string): [string, string][] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => [name, path.join(folder, name)]);
}
