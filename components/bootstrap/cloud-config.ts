import { stringify } from "yaml";

import type { MachineFile } from "./facts";

/** A machine's whole cloud-init document: https://cloudinit.readthedocs.io/en/22.4.2/topics/modules.html */
export interface CloudConfig {
  /** Default: the one that the machine has by itself. */
  readonly hostname?: string;
  readonly files: readonly MachineFile[];
  /**
   * Run at the first boot, in order, when the files are there; what follows one that fails does not run. Each is one command with its
   * arguments.
   */
  readonly commands: readonly (readonly string[])[];
}

/** The document as text, its first line included, without which cloud-init takes it for something else. */
export function cloudConfig({ hostname, files, commands }: CloudConfig): string {
  const document = {
    ...(hostname !== undefined && { hostname, preserve_hostname: false }),
    write_files: files.map(({ path, content, permissions = "0644" }) => ({
      path,
      owner: "root:root",
      permissions,
      content,
    })),
    // cloud-init makes one script of them, in which a string is a line as it is.
    ...(commands.length > 0 && { runcmd: ["set -e", ...commands] }),
  };
  return `#cloud-config\n${stringify(document, { lineWidth: 0 })}`;
}
