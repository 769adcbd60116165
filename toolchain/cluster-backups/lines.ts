import { size } from "../kept/words";
import { aligned } from "../lines";
import type { PublicDescription } from "./description";

/** A backup of a cluster, as it is where it is kept. */
export interface KeptBackup {
  readonly name: string;
  /** Undefined where what is said beside the bundle cannot be read. */
  readonly description?: PublicDescription;
  /**
   * `whole`: what was written is there; `damaged`: it is other bytes; `missing`: only its description is there;
   * `unreadable`: the description is none; `stored`: nobody has read it again.
   */
  readonly state: "whole" | "damaged" | "missing" | "unreadable" | "stored";
}

const words: Record<KeptBackup["state"], string> = {
  whole: "verified",
  damaged: "DAMAGED",
  missing: "MISSING",
  unreadable: "UNREADABLE",
  stored: "stored",
};

/** What there is, a line each: name, size, versions, how much is in it, whether it is what was verified when it was made. */
export function backupLines(environment: string, backups: readonly KeptBackup[], keyFile: string): string[] {
  if (backups.length === 0) {
    return [`${environment} has no backup of its cluster; make backup-cluster ENV=${environment} makes one`];
  }
  const rows = backups.map(({ name, description, state }) =>
    description === undefined
      ? [name, "", "", "", "", words[state]]
      : [
          name,
          description.time,
          size(description.bundle.bytes),
          description.kubernetesVersion,
          `${description.keys} keys`,
          words[state],
        ],
  );
  const table = aligned([["NAME", "TIME", "SIZE", "KUBERNETES", "CONTENT", "STATE"], ...rows]);
  const last = backups.filter(({ state }) => state === "whole" || state === "stored").at(-1)?.name ?? "NAME";
  return [
    ...table,
    `make restore-cluster ENV=${environment} FROM=${last} restores one, with the recovery key in ${keyFile}`,
  ];
}
