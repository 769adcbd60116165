import { backendUrl, stateRoot } from "./environment";
import { adoptedOwner, ownerOf } from "./owner";

/** The owner that the environment's stack has; undefined where only Pulumi's own service could say. */
export function ownOwner(environment: string): string | undefined {
  const adopted = adoptedOwner(stateRoot(), environment);
  if (adopted !== undefined) return adopted;
  const url = backendUrl();
  // Every backend but that service has one organization, which is called so.
  return /^https?:/.test(url) ? undefined : ownerOf(url, "organization", "slipway", environment);
}
