import * as pulumi from "@pulumi/pulumi";

import { authorityPath } from "./load-balancer-config";

export interface LoadBalancerAuthorityInputs {
  /** Id of the load balancer's container: another one has to be told again. */
  readonly container: string;
  /** Certificates in PEM, one after the other. */
  readonly authority: string;
  /** Where they lie in it. */
  readonly path: string;
}

/**
 * Has HAProxy read its files anew, unless it has these certificates; connections that are open go on.
 * https://docs.haproxy.org/2.6/management.html#4
 */
async function bring({ container, authority, path }: LoadBalancerAuthorityInputs): Promise<void> {
  const { execFile } = await import("node:child_process");
  const { promisify } = await import("node:util");
  const run = promisify(execFile);
  if ((await run("docker", ["exec", container, "cat", path])).stdout === authority) return;
  const written = run("docker", ["exec", "-i", "--user", "root", container, "tee", path]);
  written.child.stdin?.end(authority);
  await written;
  await run("docker", ["kill", "--signal", "USR2", container]);
}

export const loadBalancerAuthorityProvider: pulumi.dynamic.ResourceProvider<
  LoadBalancerAuthorityInputs,
  LoadBalancerAuthorityInputs
> = {
  create: async (inputs) => {
    await bring(inputs);
    return { id: inputs.container, outs: inputs };
  },
  diff: (_id, olds, news) =>
    Promise.resolve({ changes: olds.container !== news.container || olds.authority !== news.authority }),
  update: async (_id, _olds, news) => {
    await bring(news);
    return { outs: news };
  },
};

/** By which authorities a load balancer knows the API. It goes on when they change. */
export class LoadBalancerAuthority extends pulumi.dynamic.Resource {
  constructor(
    name: string,
    args: { readonly container: pulumi.Input<string>; readonly authority: pulumi.Input<string> },
    options: pulumi.CustomResourceOptions,
  ) {
    super(
      loadBalancerAuthorityProvider,
      name,
      { ...args, path: authorityPath },
      options,
      "machines",
      "LoadBalancerAuthority",
    );
  }
}
