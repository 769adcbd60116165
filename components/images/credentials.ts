import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

/** A user of a registry. */
export interface RegistryCredentials {
  /** Name of the user. */
  readonly username: pulumi.Input<string>;
  /** Kept as a secret. */
  readonly password: pulumi.Input<string>;
}

/** A registry, and how one may push there. */
interface Registry {
  readonly registry: pulumi.Input<string>;
  readonly authenticated?: boolean;
  readonly credentials?: RegistryCredentials;
}

/** What an image is pushed with: nothing of its own where the provider has the credentials. */
export function credentialsFor({
  registry,
  authenticated = false,
  credentials: { username, password } = { username: "", password: "" },
}: Registry): Pick<docker.RegistryImageArgs, "authConfig" | "insecureSkipVerify"> {
  if (authenticated) return {};
  return {
    // The provider asks for credentials even where the registry does not.
    authConfig: {
      address: pulumi.interpolate`http://${registry}`,
      username,
      password: pulumi.secret(password),
    },
    insecureSkipVerify: true,
  };
}
