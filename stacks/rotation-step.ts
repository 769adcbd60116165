import type { RotationStep } from "../components/pki";
import { rotatingParts, rotationPhases } from "../components/pki/rotation";

/**
 * The step of a rotation that this run takes, by `SLIPWAY_ROTATE`, as in `encryption-key:trust`: `make rotate` sets it, and
 * sees to it that it may be taken. Undefined where it is not set: every rotation stays where it is.
 *
 * @throws Error when it says anything else
 */
export function rotationStep(
  { SLIPWAY_ROTATE: text = "" }: NodeJS.ProcessEnv = process.env,
): RotationStep | undefined {
  if (text === "") return undefined;
  const [name, phase] = text.split(":");
  const part = rotatingParts.find((each) => each === name);
  const to = rotationPhases.find((each) => each === phase);
  if (part === undefined || to === undefined) {
    throw new Error(
      `SLIPWAY_ROTATE is ${JSON.stringify(text)}; call make rotate, which says one of ${rotatingParts.join(", ")}, ":" and one of ${rotationPhases.join(", ")}`,
    );
  }
  return { part, to };
}
