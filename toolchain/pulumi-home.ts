import { createHash } from "node:crypto";
import { existsSync, linkSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import * as path from "node:path";

import { cacheRoot, isBuilt, partDirectory, partKey, toolchainMode } from "./cache";
import { type PartName, parts } from "./parts";

/**
 * What Pulumi's own installer would make, from the parts: path in it to the part's file. The engine looks for
 * a language host and for the starter of dynamic providers beside its own executable, and for other plugins
 * in `plugins/` of PULUMI_HOME; what it finds elsewhere on PATH it warns of in every run.
 */
const layout = (): Readonly<Record<string, readonly [PartName, string]>> => ({
  "bin/pulumi": ["pulumi", "pulumi"],
  "bin/pulumi-language-nodejs": ["pulumi-language-nodejs", "pulumi-language-nodejs"],
  "bin/pulumi-resource-pulumi-nodejs": ["pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"],
  "bin/pulumi-analyzer-policy": ["pulumi-language-nodejs", "pulumi-analyzer-policy"],
  // Built from source it is a link, of which a hard link cannot be made.
  "bin/kubectl": ["kubernetes", toolchainMode() === "release" ? "kubectl" : "kubernetes"],
  ...plugin("kubernetes", "pulumi-resource-kubernetes"),
  ...plugin("docker", "pulumi-resource-docker"),
  // Built on demand.
  ...(isBuilt(parts["pulumi-resource-aws"]) ? plugin("aws", "pulumi-resource-aws") : {}),
  ...(isBuilt(parts["session-manager-plugin"])
    ? { "bin/session-manager-plugin": ["session-manager-plugin", "session-manager-plugin"] as const }
    : {}),
});

function plugin(name: string, part: PartName): Record<string, readonly [PartName, string]> {
  return { [`plugins/resource-${name}-v${parts[part].version}/${part}`]: [part, part] };
}

/**
 * Texts that are put beside the parts. Where the engine finds a file in the place of its folder `logs`, it does without:
 * otherwise it writes all that passes through it there, compressed, in every command. That took two thirds of its
 * processor time, and up to 500 MB. `--logtostderr -v 9` logs as ever.
 */
const notes: Readonly<Record<string, string>> = {
  logs: "In the place of a folder, so that Pulumi's engine keeps no log of each command.\n",
};

/**
 * Folder for PULUMI_HOME; its `bin` belongs in front of PATH and holds kubectl as well. Follows from the
 * committed files, the toolchain's mode and which plugins on demand are there, so its name is known before it exists.
 */
export function pulumiHome(): string {
  const content = Object.entries(layout()).map(([file, [part, source]]) => [
    file,
    partKey(parts[part]),
    source,
  ]);
  const key = createHash("sha256")
    .update(JSON.stringify([content, notes]))
    .digest("hex")
    .slice(0, 12);
  return path.join(cacheRoot(), "pulumi", key);
}

/** Makes {@link pulumiHome} from the built parts, if it is not there; returns it. */
export function assemblePulumiHome(): string {
  const home = pulumiHome();
  if (existsSync(home)) return home;
  mkdirSync(path.dirname(home), { recursive: true });
  const scratch = mkdtempSync(path.join(path.dirname(home), ".assembling-"));
  try {
    for (const [file, [part, source]] of Object.entries(layout())) {
      const target = path.join(scratch, file);
      mkdirSync(path.dirname(target), { recursive: true });
      // Hard links: the engine follows a symbolic link before it looks beside itself.
      linkSync(path.join(partDirectory(parts[part]), source), target);
    }
    for (const [file, text] of Object.entries(notes)) writeFileSync(path.join(scratch, file), text);
    renameSync(scratch, home);
  } catch (error) {
    rmSync(scratch, { recursive: true, force: true });
    // Another process that assembled the same at the same time was first.
    if (!existsSync(home)) throw error;
  }
  return home;
}
