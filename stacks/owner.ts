import * as pulumi from "@pulumi/pulumi";

import { ownerOf } from "../toolchain/owner";

/** The name for the place of the running stack's state: what {@link ownerOf} gives, or gave before it was moved. */
export function stackOwner(): string {
  const { SLIPWAY_OWNER: adopted } = process.env;
  if (adopted !== undefined && adopted !== "") return adopted;
  return ownerOf(
    // A preview of what is gone reads an edited copy of the state: toolchain/recover.ts says of which.
    process.env.SLIPWAY_STATE_OF ?? process.env.PULUMI_BACKEND_URL ?? "",
    pulumi.getOrganization(),
    pulumi.getProject(),
    pulumi.getStack(),
  );
}
