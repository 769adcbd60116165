import * as pulumi from "@pulumi/pulumi";

/** Routes, written down to be compared. */
interface Settling {
  readonly routes: string;
  /** Seconds that routes which were not there before wait. */
  readonly newSeconds: number;
}

/** Seconds. */
const settleSeconds = 5;

/** Providers are serialised into the stack's state: modules are imported in their methods. */
const settlingProvider: pulumi.dynamic.ResourceProvider<Settling, Settling> = {
  create: async (inputs) => {
    const { randomUUID } = await import("node:crypto");
    const { setTimeout: sleep } = await import("node:timers/promises");
    await sleep(inputs.newSeconds * 1000);
    return { id: randomUUID(), outs: inputs };
  },
  diff: (_id, olds, news) => Promise.resolve({ changes: olds.routes !== news.routes }),
  update: async (_id, _olds, news) => {
    const { setTimeout: sleep } = await import("node:timers/promises");
    await sleep(settleSeconds * 1000);
    return { outs: news };
  },
};

/**
 * Is there when routes that changed are so everywhere. The API server answers at once, but every node reads network
 * policies by itself, and every pod of the ingress its routes, once a second.
 */
export class SettledRoutes extends pulumi.dynamic.Resource {
  /** @param newSeconds - how long routes wait that were not there before: nobody has relied on them yet. */
  constructor(name: string, routes: object, newSeconds: number, options: pulumi.CustomResourceOptions) {
    const inputs = { routes: pulumi.output(routes).apply((value) => JSON.stringify(value)), newSeconds };
    super(settlingProvider, name, inputs, options, "workloads", "SettledRoutes");
  }
}
