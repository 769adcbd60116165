import type { dynamic } from "@pulumi/pulumi";

/** What of a cluster's identity rotates by itself: all authorities together, or one of the keys. */
export const identityParts = ["authorities", "service-account-key", "encryption-key"] as const;

/** One of {@link identityParts}. */
export type IdentityPart = (typeof identityParts)[number];

/** What of an environment rotates by itself: parts of the cluster's identity, and what signs the web servers' certificate. */
export const rotatingParts = [...identityParts, "web-authority"] as const;

/** One of {@link rotatingParts}. */
export type RotatingPart = (typeof rotatingParts)[number];

/** Each phase, in their order; the first one follows the last. */
export const rotationPhases = ["settled", "trust", "sign", "distrust"] as const;

/**
 * How far the rotation of a key is, and what is in use:
 *
 * - `settled`: one generation, which signs and is trusted
 * - `trust`: the next one is made and trusted everywhere; the one of before still signs
 * - `sign`: the next one signs; the one of before is still trusted
 * - `distrust`: the same as settled, until somebody says that it has arrived everywhere
 */
export type RotationPhase = (typeof rotationPhases)[number];

/** Where a rotation is. */
export interface Rotation<Material> {
  readonly phase: RotationPhase;
  /** Which generation signs, from 1. */
  readonly generation: number;
  /** What else is trusted, in `trust` and `sign`: the next generation with its keys, or what is public of the one of before. Secret. */
  readonly other?: (Partial<Material> & { readonly generation: number }) | undefined;
}

/** The phase that a rotation goes to; undefined: none. */
export interface RotationRequest {
  readonly to?: RotationPhase | undefined;
}

/** The phase after another one. A rotation goes through all of them, and never back. */
export function nextPhase(phase: RotationPhase): RotationPhase {
  const next = { settled: "trust", trust: "sign", sign: "distrust", distrust: "settled" } as const;
  return next[phase];
}

/** What is made, with where its rotation is: the latter is missing in states of before. */
export type Rotating<Material> = Material & Partial<Rotation<Material>>;

/**
 * The provider of what is made once and then stays, like that of `madeOnce`, but for one thing: an update that is told to
 * goes to the next phase of its rotation. Without being told it stays in the phase that it is in.
 *
 * Providers are serialised with everything they capture into the stack's state, in clear: capture code, never a key.
 * @param make a new one, or one that was made before where the inputs have it
 * @param publicPart what of one that signs no more is still needed
 */
export function rotating<Inputs extends RotationRequest, Material extends object>(
  make: (inputs: Inputs) => Promise<Rotating<Material>>,
  publicPart: (material: Partial<Material>) => Partial<Material>,
): dynamic.ResourceProvider<Inputs, Rotating<Material>> {
  return {
    create: async (inputs) => {
      const { randomUUID } = await import("node:crypto");
      return { id: randomUUID(), outs: { phase: "settled", generation: 1, ...(await make(inputs)) } };
    },
    diff: (_id, { phase = "settled" }, { to = phase }) => Promise.resolve({ changes: to !== phase }),
    update: async (_id, olds, news) => {
      const { other, ...made } = olds;
      const { phase = "settled", generation = 1 } = olds;
      const { to = phase } = news;
      if (to === phase) return { outs: olds };
      if (to !== nextPhase(phase)) {
        throw new Error(`its rotation is at ${phase}; after that comes ${nextPhase(phase)}, not ${to}`);
      }
      if (to === "trust") {
        const next = await make({ ...news, seed: undefined });
        return { outs: { ...olds, phase: to, generation, other: { ...next, generation: generation + 1 } } };
      }
      if (to === "sign" && other !== undefined) {
        const before = { ...publicPart(olds), generation };
        return { outs: { ...olds, ...other, phase: to, other: before } };
      }
      // Without the name: the engine takes no value that is none.
      return { outs: { ...made, phase: to, generation } as typeof olds };
    },
  };
}
