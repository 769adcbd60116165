/** Something that there is in a newer version. */
export interface Outdated {
  readonly what: string;
  /** What has it: an image, a part of the toolchain, `package.json`. */
  readonly where: string;
  readonly has: string;
  readonly newest: string;
}

/** What was looked at. */
export interface Look {
  readonly outdated: readonly Outdated[];
  /** What could not be asked, a line each. */
  readonly silent: readonly string[];
}
