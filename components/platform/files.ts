import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";
import { stringify } from "yaml";

/** Text of a file in `files/`. */
export function readPlatformFile(name: string): string {
  return readFileSync(join(__dirname, "files", name), "utf8");
}

/** A document as YAML, of values that need not be known yet. */
export function toYaml(document: pulumi.Input<object>): pulumi.Output<string> {
  return pulumi.output<object>(document).apply((value) => stringify(value));
}

/**
 * Annotation for a pod template that makes a changed configuration restart its pods, as their programs read it
 * only when they start.
 */
export function configHash(data: pulumi.Input<Record<string, pulumi.Input<string>>>): {
  "slipway.dev/config-hash": pulumi.Output<string>;
} {
  const hash = pulumi
    .jsonStringify(data)
    .apply((text) => createHash("sha256").update(text).digest("hex").slice(0, 16));
  return { "slipway.dev/config-hash": hash };
}
