import { createHash } from "node:crypto";

import * as pulumi from "@pulumi/pulumi";

/**
 * Annotation for a pod template that makes changed settings restart its pods, as their programs read them only when they
 * start. Take what objects are made of: what the API says of a Secret is unknown in a preview. There may be passwords
 * among it, of which the hash tells nothing.
 */
export function settingsHash(settings: pulumi.Input<unknown>): {
  "slipway.dev/config-hash": pulumi.Output<string>;
} {
  const hash = pulumi
    .jsonStringify(settings)
    .apply((text) => createHash("sha256").update(text).digest("hex").slice(0, 16));
  return { "slipway.dev/config-hash": pulumi.unsecret(hash) };
}
