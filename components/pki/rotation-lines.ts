import type { RotatingPart, RotationPhase } from "./rotation";

const names: Readonly<Record<RotatingPart, string>> = {
  authorities: "the authorities",
  "service-account-key": "the service accounts' key",
  "encryption-key": "the key that encrypts Secrets",
  "web-authority": "the web's authority",
};

/** What a phase is, for a person. The first and the last are as good as none. */
const meanings: Readonly<Record<RotationPhase, string | undefined>> = {
  settled: undefined,
  trust: "phase 1 of 3, trust: the next one is trusted, and the one of before signs",
  sign: "phase 2 of 3, sign: the next one signs, and the one of before is still trusted",
  distrust: "phase 3 of 3, distrust: the one of before is trusted no more",
};

/** What is being rotated, one sentence each; nothing where nothing is. */
export function rotationLines(
  phases: Readonly<Partial<Record<RotatingPart, readonly RotationPhase[]>>>,
): string[] {
  return (Object.keys(names) as RotatingPart[]).flatMap((part) =>
    [...new Set(phases[part])].flatMap((phase) => {
      const meaning = meanings[phase];
      return meaning === undefined
        ? []
        : [`rotation of ${names[part]}: ${meaning}; make rotate WHAT=${part} goes on`];
    }),
  );
}
