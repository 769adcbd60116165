import type { dynamic } from "@pulumi/pulumi";

/**
 * The provider of a value that is made when its resource is created and stays as it is for as long as the resource
 * exists. Whatever changes in the program or in the inputs later, `diff` sees no change: a cluster does not survive
 * another certificate authority or service account key under its feet, so rotating one is an operation of its own,
 * never a side effect of an `up`.
 *
 * Providers are serialised with everything they capture into the stack's state, in clear: capture code, never a key.
 */
export function madeOnce<Inputs, Outputs>(
  make: (inputs: Inputs) => Outputs | Promise<Outputs>,
): dynamic.ResourceProvider<Inputs, Outputs> {
  return {
    create: async (inputs) => {
      const { randomUUID } = await import("node:crypto");
      return { id: randomUUID(), outs: await make(inputs) };
    },
    diff: () => Promise.resolve({ changes: false }),
  };
}
