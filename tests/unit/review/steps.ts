import type { Step } from "../../../review/events";

/** A value that the event log masks. */
export const maskedSecret = {
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  ciphertext: "[secret]",
};

type Inputs = Record<string, unknown>;

interface StepDetails extends Partial<Pick<Step, "keys" | "diffs" | "detailedDiff">> {
  readonly before?: Inputs;
  readonly after?: Inputs;
  readonly retainOnDelete?: boolean;
}

/** A step as the event log has it. */
export function step(
  op: string,
  types: string,
  name: string,
  { before = {}, after = {}, retainOnDelete = false, ...rest }: StepDetails = {},
): Step {
  const type = types.split("$").at(-1) ?? types;
  const state = (inputs: Inputs) => ({ inputs, outputs: inputs, parent: "", custom: true, retainOnDelete });
  return {
    op,
    urn: `urn:pulumi:dev::slipway::${types}::${name}`,
    type,
    old: op === "create" ? null : state(before),
    new: op === "delete" ? null : state(after),
    detailedDiff: null,
    ...rest,
  };
}
