import { execFileSync } from "node:child_process";
import * as path from "node:path";

import { pythonWithTools } from "../../../toolchain/python/tools";

/**
 * What parliament, which knows AWS' actions, resources and conditions, finds wrong in IAM policies.
 *
 * @param documents name, for the reader, to document
 * @returns the same names to what was found; a `*` where a resource could be named is not, as it needs judgement
 */
export function policyFindings(documents: Readonly<Record<string, object>>): Record<string, string[]> {
  const printed = execFileSync(pythonWithTools(), [path.join(__dirname, "policy_findings.py")], {
    input: JSON.stringify(documents),
    encoding: "utf8",
    stdio: ["pipe", "pipe", "pipe"],
  });
  return JSON.parse(printed) as Record<string, string[]>;
}
