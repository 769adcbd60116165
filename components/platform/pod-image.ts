import * as pulumi from "@pulumi/pulumi";

import { bundledName, type PlatformProgram, upstreamName, type UpstreamProgram } from "./image-names";

/**
 * Which version a program has: a number without a leading `v`, for upstream's image of it; or `bundled`, for the image that
 * each machine brings with its own.
 */
export type ProgramVersion = pulumi.Input<string>;

/** A container's image, and whether it may be pulled. */
export interface PodImage {
  /** Its name. */
  readonly image: pulumi.Output<string>;
  /** `Never` for what is bundled: nobody publishes it, and who could put something there would decide what machines run. */
  readonly imagePullPolicy: pulumi.Output<string>;
}

/** The image that each machine brings of a program. */
export function bundledImage(program: PlatformProgram) {
  return { image: bundledName(program), imagePullPolicy: "Never" };
}

/** The image of one of the platform's programs. */
export function podImage(program: UpstreamProgram, version: ProgramVersion): PodImage {
  const known = pulumi.output(version);
  return {
    image: known.apply((text) => (text === "bundled" ? bundledName(program) : upstreamName(program, text))),
    imagePullPolicy: known.apply((text) => (text === "bundled" ? "Never" : "IfNotPresent")),
  };
}
