import { stringify } from "yaml";

/** Which cluster, and who its user is. */
export interface KubeconfigArgs {
  /** Names the cluster, the context and, with `-admin`, the user: several kubeconfigs can be merged. */
  readonly clusterName: string;
  /** URL of the API server, such as `https://10.0.0.2:6443`. */
  readonly server: string;
  /** What the server's certificate has to be for. Default: the host of its URL. */
  readonly serverName?: string;
  /** The Kubernetes certificate authority in PEM. */
  readonly caCertificate: string;
  /** In PEM. */
  readonly clientCertificate: string;
  /** In PEM. */
  readonly clientKey: string;
}

/** A kubeconfig with one context, which is the current one. It holds a key: treat it as a secret. */
export function kubeconfig(args: KubeconfigArgs): string {
  const { clusterName: cluster, server } = args;
  const user = `${cluster}-admin`;
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  return stringify(
    {
      apiVersion: "v1",
      kind: "Config",
      "current-context": cluster,
      contexts: [{ name: cluster, context: { cluster, user } }],
      clusters: [
        {
          name: cluster,
          cluster: {
            server,
            ...(args.serverName !== undefined && { "tls-server-name": args.serverName }),
            "certificate-authority-data": base64(args.caCertificate),
          },
        },
      ],
      users: [
        {
          name: user,
          user: {
            "client-certificate-data": base64(args.clientCertificate),
            "client-key-data": base64(args.clientKey),
          },
        },
      ],
    },
    { lineWidth: 0 },
  );
}
