import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

/** A registry, and whether it asks who one is. */
interface Registry {
  readonly registry: pulumi.Input<string>;
  readonly authenticated?: boolean;
}

/** What an image is pushed with: nothing of its own where the provider has the credentials. */
export function credentialsFor({
  registry,
  authenticated = false,
}: Registry): Pick<docker.RegistryImageArgs, "authConfig" | "insecureSkipVerify"> {
  if (authenticated) return {};
  return {
    // The provider asks for credentials even where the registry does not.
    authConfig: { address: pulumi.interpolate`http://${registry}`, username: "", password: "" },
    insecureSkipVerify: true,
  };
}
