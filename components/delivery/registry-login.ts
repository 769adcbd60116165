import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

/** A registry for charts, and who pushes there. */
export interface ChartRegistry {
  /** `host:port`, as pods reach it. */
  readonly host: pulumi.Input<string>;
  /** Name of a user. Every build has the password, so give one who may push nothing but charts. */
  readonly username: pulumi.Input<string>;
  /** Kept as a secret. */
  readonly password: pulumi.Input<string>;
}

/**
 * A Secret with a file that Helm takes for its own, as `helm registry login` writes it.
 *
 * @returns the Secret's name
 */
export function createRegistryLogin(
  name: string,
  namespace: pulumi.Input<string>,
  { host, username, password }: ChartRegistry,
  options: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const login = pulumi
    .all([host, username, password])
    .apply(([address, user, text]) =>
      JSON.stringify({ auths: { [address]: { auth: Buffer.from(`${user}:${text}`).toString("base64") } } }),
    );
  const secret = new k8s.core.v1.Secret(
    name,
    {
      metadata: {
        name: "chart-registry",
        namespace,
        labels: { "app.kubernetes.io/managed-by": "pulumi" },
      },
      type: "kubernetes.io/dockerconfigjson",
      stringData: { ".dockerconfigjson": pulumi.secret(login) },
    },
    { ...options, additionalSecretOutputs: ["data", "stringData"] },
  );
  return secret.metadata.name;
}
