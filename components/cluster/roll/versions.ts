/** A Kubernetes version as numbers. */
interface Version {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

/** @param text such as `1.36.3` */
function parseVersion(text: string): Version {
  const [major = 0, minor = 0, patch = 0] = text.split(".").map((part) => parseInt(part, 10));
  return { major, minor, patch };
}

/** Whole minors from one version to another; negative when the other is older. */
function minorsBetween(from: string, to: string): number {
  return parseVersion(to).minor - parseVersion(from).minor;
}

/** Orders versions, the oldest first. */
export function compareVersions(one: string, other: string): number {
  const [a, b] = [parseVersion(one), parseVersion(other)];
  return a.major - b.major || a.minor - b.minor || a.patch - b.patch;
}

/** What a change of version is judged by; versions are without a leading `v`. */
export interface VersionChange {
  readonly wanted: string;
  /** Of the control planes that there are; none where there is no cluster yet. */
  readonly controlPlanes: readonly string[];
  /** Of the workers that there are. Default: none. */
  readonly workers?: readonly string[];
  /** Those that could be written instead, in any order. Default: none that is known. */
  readonly available?: readonly string[];
}

/** How many minors a kubelet may be older than the API server: https://kubernetes.io/releases/version-skew-policy/#kubelet */
const kubeletSkew = 3;

/**
 * Why a cluster may not change to a version, and what would be right; undefined when it may. It goes up one minor at a
 * time, and back only while a control plane still has the version of before: until then etcd has not moved on either.
 * https://kubernetes.io/releases/version-skew-policy/
 */
export function versionProblem({
  wanted,
  controlPlanes,
  workers = [],
  available = [],
}: VersionChange): string | undefined {
  const versions = [...controlPlanes].sort(compareVersions);
  const [lowest, highest] = [versions[0], versions.at(-1)];
  if (lowest === undefined || highest === undefined) return undefined;
  if (minorsBetween(lowest, wanted) > 1) {
    const minor = parseVersion(lowest).minor + 1;
    return `${wanted} skips 1.${minor}; the cluster has ${lowest}; write ${releaseOf(minor, available)} first`;
  }
  if (minorsBetween(highest, wanted) < 0 && !controlPlanes.includes(wanted)) {
    return `${wanted} is older than ${highest}, which the cluster has; a cluster does not go back; write ${highest}`;
  }
  const tooOld = workers.filter((version) => minorsBetween(version, wanted) > kubeletSkew);
  return tooOld[0] === undefined
    ? undefined
    : `${wanted} is more than ${kubeletSkew} minors above a worker's ${tooOld[0]}; write ${highest} until the workers have it`;
}

/** The newest release of a minor that is available, or how one is called. */
function releaseOf(minor: number, available: readonly string[]): string {
  const releases = available.filter((version) => parseVersion(version).minor === minor).sort(compareVersions);
  return releases.at(-1) ?? `a version of 1.${minor}`;
}
