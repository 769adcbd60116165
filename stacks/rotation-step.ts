import type { RotatingPart, RotationPhase, RotationStep } from "../components/pki";

const parts: readonly RotatingPart[] = ["authorities", "service-account-key", "encryption-key"];
const phases: readonly RotationPhase[] = ["settled", "trust", "sign", "distrust"];

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
  const part = parts.find((each) => each === name);
  const to = phases.find((each) => each === phase);
  if (part === undefined || to === undefined) {
    throw new Error(
      `SLIPWAY_ROTATE is ${JSON.stringify(text)}; call make rotate, which says one of ${parts.join(", ")}, ":" and one of ${phases.join(", ")}`,
    );
  }
  return { part, to };
}
