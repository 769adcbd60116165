import { chmod, lstat, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import * as path from "node:path";

import { extract } from "tar";

/**
 * Takes programs out of a tar archive, compressed or not, into a folder.
 *
 * @param members - the name that a program gets to its path in the archive
 * @returns names of those that are not in it, or are no files
 */
export async function unpack(
  archive: string,
  members: Readonly<Record<string, string>>,
  folder: string,
): Promise<string[]> {
  const wanted = new Set(Object.values(members));
  await mkdir(folder, { recursive: true });
  // Beside the folder, so that nothing but the programs is ever in it.
  const scratch = await mkdtemp(`${folder}-unpacked-`);
  try {
    await extract({
      file: archive,
      cwd: scratch,
      preserveOwner: false,
      filter: (member) => wanted.has(path.posix.normalize(member).replace(/^\//, "")),
    });
    const missing: string[] = [];
    for (const [name, member] of Object.entries(members)) {
      const found = path.join(scratch, member);
      const isFile = await lstat(found).then(
        (entry) => entry.isFile(),
        () => false,
      );
      if (!isFile) {
        missing.push(name);
        continue;
      }
      await chmod(found, 0o755);
      await rename(found, path.join(folder, name));
    }
    return missing;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
