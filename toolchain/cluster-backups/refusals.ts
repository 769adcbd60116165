import { sortedVersions } from "../kubernetes-versions";
import type { Description } from "./description";

/** What a restore would meet. */
export interface Target {
  readonly environment: string;
  /** Names of control planes that have a disk. */
  readonly controlPlanesWithDisks: readonly string[];
  /** SHA-256 of the authority that the environment's state has; undefined where there is no state. */
  readonly authority: string | undefined;
  /** Whether the environment's state has every key that Secrets in the backup may be encrypted with; true where there is no state. */
  readonly hasKeys: boolean;
  /** What its settings say; undefined where they leave it open. */
  readonly kubernetesVersion: string | undefined;
  /** What the toolchain has, without a leading `v`. */
  readonly kubernetesVersions: readonly string[];
}

/** Why a bundle is not restored there, in one sentence; undefined where it can be. */
export function refusal(
  { authority, kubernetesVersion: bundled, environment: origin }: Description,
  target: Target,
): string | undefined {
  const { environment, controlPlanesWithDisks: alive, kubernetesVersion, kubernetesVersions } = target;
  if (alive.length > 0) {
    return (
      `${environment} lives: ${alive.join(", ")} ${alive.length === 1 ? "has its disk" : "have their disks"}; ` +
      `restore into another environment, or take this one down first, with make down ENV=${environment}`
    );
  }
  if (target.authority !== undefined && target.authority !== authority) {
    return (
      `the backup is of another cluster than the ${environment} that was lost (of ${origin}, with other keys); ` +
      `take what is left of it down first, with make down ENV=${environment}`
    );
  }
  if (!target.hasKeys) {
    return (
      `Secrets in the backup are encrypted with a key that ${environment} has rotated since, and that the backup alone has; ` +
      `take what is left of it down first, with make down ENV=${environment}`
    );
  }
  if (!kubernetesVersions.includes(bundled)) {
    const newest = sortedVersions(kubernetesVersions).at(-1) ?? "";
    const isNewer = isBefore(newest, bundled);
    return (
      `the backup was made by Kubernetes ${bundled}, and this tree has ${isNewer ? `${newest} at most` : kubernetesVersions.join(", ")}; ` +
      "restore it with the tree that made it"
    );
  }
  if (kubernetesVersion !== undefined && kubernetesVersion !== bundled) {
    return (
      `slipway:kubernetesVersion is ${kubernetesVersion}, and the backup was made by ${bundled}; ` +
      "write that, and upgrade when the cluster is there"
    );
  }
  return undefined;
}

const isBefore = (one: string, other: string): boolean =>
  one !== other && sortedVersions([one, other])[0] === one;
