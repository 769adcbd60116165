import { createHash } from "node:crypto";
import { existsSync, linkSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import * as path from "node:path";

import { cacheRoot, isBuilt, partDirectory, partKey, toolchainMode } from "./cache";
import { kubernetesVersions, newestKubernetes } from "./kubernetes-versions";
import { kubernetesParts, type Part, type PartName, parts } from "./parts";

/**
 * What Pulumi's own installer would make, from the parts: path in it to the part's file. The engine looks for
 * a language host and for the starter of dynamic providers beside its own executable, and for other plugins
 * in `plugins/` of PULUMI_HOME; what it finds elsewhere on PATH it warns of in every run.
 */
const layout = (): Readonly<Record<string, readonly [Part, string]>> => ({
  "bin/pulumi": [parts.pulumi, "pulumi"],
  "bin/pulumi-language-nodejs": [parts["pulumi-language-nodejs"], "pulumi-language-nodejs"],
  "bin/pulumi-resource-pulumi-nodejs": [parts["pulumi-language-nodejs"], "pulumi-resource-pulumi-nodejs"],
  "bin/pulumi-analyzer-policy": [parts["pulumi-language-nodejs"], "pulumi-analyzer-policy"],
  // Built from source it is a link, of which a hard link cannot be made.
  "bin/kubectl": [newestBuilt(), toolchainMode() === "release" ? "kubectl" : "kubernetes"],
  ...plugin("kubernetes", "pulumi-resource-kubernetes"),
  ...plugin("docker", "pulumi-resource-docker"),
  // Built on demand.
  ...(isBuilt(parts["pulumi-resource-aws"]) ? plugin("aws", "pulumi-resource-aws") : {}),
  ...(isBuilt(parts["session-manager-plugin"])
    ? { "bin/session-manager-plugin": [parts["session-manager-plugin"], "session-manager-plugin"] as const }
    : {}),
});

function plugin(name: string, part: PartName): Record<string, readonly [Part, string]> {
  return { [`plugins/resource-${name}-v${parts[part].version}/${part}`]: [parts[part], part] };
}

/** kubectl serves clusters of older versions too, so that one of them is enough: the newest that is there. */
function newestBuilt(): Part {
  const versions = kubernetesVersions.map((version) => kubernetesParts(version).kubernetes);
  return versions.find((part) => isBuilt(part)) ?? kubernetesParts(newestKubernetes).kubernetes;
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
 * committed files, the toolchain's mode and which parts on demand are there, so its name is known before it exists.
 */
export function pulumiHome(): string {
  const content = Object.entries(layout()).map(([file, [part, source]]) => [file, partKey(part), source]);
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
      linkSync(path.join(partDirectory(part), source), target);
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
