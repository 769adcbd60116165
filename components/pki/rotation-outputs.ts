import * as pulumi from "@pulumi/pulumi";

import { knownValue } from "./known-value";
import type { Rotation, RotationPhase } from "./rotation";

/** What a resource that rotates has beside what it is. */
export interface RotationOutputs<Material> {
  readonly phase: pulumi.Output<RotationPhase | undefined>;
  readonly generation: pulumi.Output<number | undefined>;
  readonly other: pulumi.Output<Rotation<Material>["other"]>;
}

/**
 * Where a resource's rotation is. One that a state of before has says nothing of it, which counts as settled; in a preview
 * the engine calls that unknown.
 * @param made something else of the resource: what is known of it at all is known when this is
 * @returns a secret
 */
export function rotationOf<Material>(
  { phase, generation, other }: RotationOutputs<Material>,
  made: pulumi.Output<unknown>,
): pulumi.Output<Rotation<Material>> {
  const said = Promise.all([knownValue(phase), knownValue(generation), knownValue(other)]);
  const rotation = said.then(([at = "settled", number = 1, also]): Rotation<Material> => ({
    phase: at,
    generation: number,
    other: also,
  }));
  return pulumi.secret(made.apply(() => rotation)) as pulumi.Output<Rotation<Material>>;
}
