import { createHash } from "node:crypto";

import * as pulumi from "@pulumi/pulumi";

/** What a machine is made of, by names that stay: text, numbers, and what is left to a default. */
export type MachineParts = Readonly<Record<string, pulumi.Input<string | number | undefined>>>;

/** A short text that is another one when a machine is made of something else. */
export function revisionOf(parts: MachineParts): pulumi.Output<string> {
  return pulumi
    .output(parts)
    .apply((known) => createHash("sha256").update(JSON.stringify(known)).digest("hex").slice(0, 16));
}
