import type { RotationPhase, RotationStep } from "../components/pki";
import { identityParts, rotatingParts, rotationPhases } from "../components/pki/rotation";

/** The step of a rotation that a run takes, of one part; all others stay where they are. */
export interface RotationSteps {
  /** Of the cluster's identity. */
  readonly identity?: RotationStep;
  /** The phase that the web's authority goes to. */
  readonly webAuthority?: RotationPhase;
}

/**
 * The step of a rotation that this run takes, by `SLIPWAY_ROTATE`, as in `encryption-key:trust`: `make rotate` sets it, and
 * sees to it that it may be taken. None where it is not set.
 *
 * @throws Error when it says anything else
 */
export function rotationSteps({ SLIPWAY_ROTATE: text = "" }: NodeJS.ProcessEnv = process.env): RotationSteps {
  if (text === "") return {};
  const [name, phase] = text.split(":");
  const to = rotationPhases.find((each) => each === phase);
  const part = identityParts.find((each) => each === name);
  if (to !== undefined && part !== undefined) return { identity: { part, to } };
  if (to !== undefined && name === "web-authority") return { webAuthority: to };
  throw new Error(
    `SLIPWAY_ROTATE is ${JSON.stringify(text)}; call make rotate, which says one of ${rotatingParts.join(", ")}, ":" and one of ${rotationPhases.join(", ")}`,
  );
}
