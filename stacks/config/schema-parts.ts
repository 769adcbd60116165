import { z } from "zod";

import { networkProblem, type NetworkRule } from "./network-rules";
import { shown } from "./problems";

export function network(rule: NetworkRule) {
  return z
    .string(wording("is not an IPv4 network in CIDR form", "one such as 10.0.0.0/16"))
    .superRefine((text, context) => {
      const problem = networkProblem(text, rule);
      if (problem !== undefined) {
        context.addIssue({ code: "custom", message: `${shown(text)} ${problem}` });
      }
    })
    .optional();
}

export function wholeNumber(wrong: string, min: number, max: number) {
  const error = wording(wrong, `a whole number from ${min} to ${max}`);
  return z.int(error).gte(min, error).lte(max, error).optional();
}

/** An object that has these keys, any of them left out, and no others. */
export function settingsGroup<Shape extends z.ZodRawShape>(shape: Shape) {
  const example = Object.keys(shape).join(", ");
  return z
    .strictObject(shape, wording("is not a group of settings", `some of ${example}`))
    .partial()
    .optional();
}

/** A message in this project's form: the value, what is wrong with it, what would be right. */
export function wording(wrong: string, advice: string) {
  return {
    error: ({ input }: { readonly input?: unknown }) =>
      input === undefined ? `is missing; write ${advice}` : `${shown(input)} ${wrong}; write ${advice}`,
  };
}
