import type { PolicyDocument } from "./policies";

type Statement = PolicyDocument["Statement"][number];

/** What somebody asks of AWS. */
export interface AwsRequest {
  /** As in `iam:CreateRole`. */
  readonly action: string;
  /** ARN of what it is asked of; an action that knows no resource has `*`. */
  readonly resource: string;
  /** Values of condition keys that the request has. A key that is not here is not in the request. */
  readonly context?: Readonly<Record<string, string>>;
}

/**
 * Whether policies of one role allow a request, as IAM decides it within an account: what a statement denies is denied, else
 * what one allows is allowed. Actions, resources and conditions of a statement all have to match.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 *
 * @throws Error at what it does not know: an operator, a policy variable, `NotAction`
 */
export function isAllowed(policies: readonly PolicyDocument[], request: AwsRequest): boolean {
  const matching = policies.flatMap(({ Statement }) => Statement).filter((each) => matches(each, request));
  return (
    matching.some(({ Effect }) => Effect === "Allow") && !matching.some(({ Effect }) => Effect === "Deny")
  );
}

function matches(statement: Statement, request: AwsRequest): boolean {
  const { Action, Resource, Condition = {} } = statement;
  for (const unknown of ["NotAction", "NotResource"]) {
    if (unknown in statement) throw new Error(`${statement.Sid}: ${unknown} is not known here`);
  }
  return (
    [Action].flat().some((pattern) => fits(pattern.toLowerCase(), request.action.toLowerCase())) &&
    [Resource ?? []].flat().some((pattern) => fits(pattern, request.resource)) &&
    Object.entries(Condition).every(([operator, keys]) =>
      Object.entries(keys).every(([key, expected]) =>
        holds(operator, key, [expected].flat().map(String), request),
      ),
    )
  );
}

/** One key of a condition: one of its values has to fit. */
function holds(
  operator: string,
  key: string,
  expected: readonly string[],
  { context = {} }: AwsRequest,
): boolean {
  // Keys are the same in upper and lower case, a tag's name in them too.
  const [, value] = Object.entries(context).find(([name]) => name.toLowerCase() === key.toLowerCase()) ?? [];
  const [, name = operator, ifExists] = /^(.*?)(IfExists)?$/.exec(operator) ?? [];
  if (name === "Null") return expected.includes(String(value === undefined));
  const compare = comparisons[name];
  if (compare === undefined) throw new Error(`the operator ${operator} is not known here`);
  if (value === undefined) return ifExists !== undefined || name.startsWith("StringNot");
  const fit = expected.some((each) => compare(each, value));
  return name.startsWith("StringNot") ? !fit : fit;
}

/** Whether a value is what a condition says; the negated operators are turned around by their caller. */
const comparisons: Readonly<Record<string, (expected: string, value: string) => boolean>> = {
  StringEquals: (expected, value) => expected === value,
  StringNotEquals: (expected, value) => expected === value,
  StringLike: fits,
  StringNotLike: fits,
  ArnEquals: fits,
  ArnLike: fits,
  Bool: (expected, value) => expected.toLowerCase() === value.toLowerCase(),
};

/** Whether a text fits a pattern with `*` and `?`. A policy variable is none of this role's names here. */
function fits(pattern: string, text: string): boolean {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`, "s").test(text);
}
