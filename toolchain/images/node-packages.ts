import { copyFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import * as path from "node:path";

import { cacheRoot } from "../cache";
import { run } from "./command";
import type { Context } from "./docker";
import { node } from "./images";

/**
 * Fetches Node.js and npm as the npm packages that node/package-lock.json pins, by the npm and from the registry
 * that this host uses.
 *
 * @param use - gets them as a build context: `bin/node` and `npm/`, which are gone once it is done
 */
export async function withNodePackages(use: (context: Context) => Promise<void>): Promise<void> {
  await mkdir(cacheRoot(), { recursive: true });
  const folder = await mkdtemp(path.join(cacheRoot(), "node-"));
  try {
    for (const file of ["package.json", "package-lock.json"]) {
      await copyFile(path.join(node.folder, file), path.join(folder, file));
    }
    await run(["npm", "ci", "--ignore-scripts", "--prefix", folder]);
    const packages = path.join(folder, "node_modules");
    await use([
      { folder: path.join(packages, `node-linux-${process.arch}`), files: ["bin/node"] },
      { folder: packages, files: ["npm"] },
    ]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
