import { createHash } from "node:crypto";

import * as pulumi from "@pulumi/pulumi";

/**
 * A short name for the place where the running stack's state is kept: two stacks of one name in different places make
 * different environments, and only one of them can have the name on one Docker daemon.
 */
export function stackOwner(): string {
  return ownerOf(
    // A preview of what is gone reads an edited copy of the state: toolchain/recover.ts says of which.
    process.env.SLIPWAY_STATE_OF ?? process.env.PULUMI_BACKEND_URL ?? "",
    pulumi.getOrganization(),
    pulumi.getProject(),
    pulumi.getStack(),
  );
}

/**
 * 16 hexadecimal digits.
 * @param backendUrl empty for the one that `pulumi login` chose
 */
export function ownerOf(backendUrl: string, organization: string, project: string, stack: string): string {
  const place = JSON.stringify([backendUrl.replace(/\/+$/, ""), organization, project, stack]);
  return createHash("sha256").update(place).digest("hex").slice(0, 16);
}
