/** A configuration that has one thing wrong with it, and the one line that says so. */
export interface BadConfiguration {
  readonly settings: Readonly<Record<string, unknown>>;
  /** Default `dev`. */
  readonly stackName?: string;
  readonly line: string;
}
