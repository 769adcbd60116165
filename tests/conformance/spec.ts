/** A spec of the suite. */
export interface Spec {
  /** Its whole name, tags included. */
  readonly name: string;
}
