import { createHash } from "node:crypto";

/**
 * A short name for the place where a stack's state is kept, 16 hexadecimal digits: two stacks of one name in different
 * places make different environments, and only one of them can have the name on one Docker daemon.
 * @param backendUrl empty for the one that `pulumi login` chose
 */
export function ownerOf(backendUrl: string, organization: string, project: string, stack: string): string {
  const place = JSON.stringify([backendUrl.replace(/\/+$/, ""), organization, project, stack]);
  return createHash("sha256").update(place).digest("hex").slice(0, 16);
}
