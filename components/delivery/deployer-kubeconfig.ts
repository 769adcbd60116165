import { stringify } from "yaml";

/** Whose kubeconfig, and for how long. */
export interface DeployerKubeconfigArgs {
  /** A kubeconfig that may ask for tokens of the account, such as the administrator's. */
  readonly kubeconfig: string;
  /** The name that the {@link Deployer} was made with. */
  readonly account: string;
  /** Namespace that commands without one are about. Default `default`, where the account may do nothing. */
  readonly namespace?: string;
  /** How long its token is good for, in seconds: from 600, the API's least. Default 3600. */
  readonly seconds?: number;
}

/**
 * A kubeconfig of a {@link Deployer}, with a token that ends by itself and is kept nowhere: the API signs it
 * (https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1/). Treat it as a secret.
 *
 * @throws Error when the account does not exist, or may not be asked for
 */
export async function deployerKubeconfig(args: DeployerKubeconfigArgs): Promise<string> {
  const { account, seconds = 3600 } = args;
  if (!Number.isInteger(seconds) || seconds < 600) {
    throw new Error(`seconds is ${seconds}: give a whole number from 600, the API's least`);
  }
  // Loaded here, as it takes most of a second, and no preview asks.
  const { CoreV1Api, KubeConfig } = await import("@kubernetes/client-node");
  const administrator = new KubeConfig();
  administrator.loadFromString(args.kubeconfig);
  const cluster = administrator.getCurrentCluster();
  if (cluster === null) throw new Error("the kubeconfig names no cluster in its current context");
  const answer = await administrator.makeApiClient(CoreV1Api).createNamespacedServiceAccountToken({
    name: account,
    namespace: account,
    body: { spec: { audiences: [], expirationSeconds: seconds } },
  });
  const token = answer.status?.token;
  if (token === undefined) throw new Error(`the API gave no token for the account ${account}`);
  return tokenKubeconfig({
    cluster: cluster.name,
    server: cluster.server,
    certificateAuthority: cluster.caData ?? "",
    user: account,
    namespace: args.namespace ?? "default",
    token,
  });
}

interface TokenKubeconfig {
  readonly cluster: string;
  readonly server: string;
  /** In PEM, base64. */
  readonly certificateAuthority: string;
  readonly user: string;
  readonly namespace: string;
  readonly token: string;
}

function tokenKubeconfig({
  cluster,
  server,
  certificateAuthority,
  user,
  namespace,
  token,
}: TokenKubeconfig): string {
  const context = `${cluster}-${user}`;
  return stringify(
    {
      apiVersion: "v1",
      kind: "Config",
      "current-context": context,
      contexts: [{ name: context, context: { cluster, user: context, namespace } }],
      clusters: [{ name: cluster, cluster: { server, "certificate-authority-data": certificateAuthority } }],
      users: [{ name: context, user: { token } }],
    },
    { lineWidth: 0 },
  );
}
