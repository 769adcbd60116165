/** The first Docker with `--cgroupns`, which machines need. */
export const oldestDocker = "20.10";

/** Whether a daemon's version, such as `20.10.24+dfsg1`, is older than {@link oldestDocker}; one without numbers is not. */
export function isDockerTooOld(version: string): boolean {
  const [major = NaN, minor = 0] = numbers(version);
  const [oldestMajor = NaN, oldestMinor = NaN] = numbers(oldestDocker);
  return major < oldestMajor || (major === oldestMajor && minor < oldestMinor);
}

function numbers(version: string): number[] {
  return version.split(".").map((number) => parseInt(number, 10));
}
