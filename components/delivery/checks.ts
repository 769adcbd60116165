import type * as pulumi from "@pulumi/pulumi";

import { isSize, type Problems } from "../checks";

/** Notes what is wrong with namespaces to deploy into, by name. */
export function checkTargets(problems: Problems, setting: string, namespaces: readonly string[]): void {
  problems.expect(namespaces.length > 0, setting, namespaces, "give at least one namespace");
  for (const name of namespaces) problems.expectNamespace(`a name in ${setting}`, name);
}

/** Notes what is wrong with the URL of a Git repository, as far as it is known yet. */
export function checkUrl(problems: Problems, setting: string, url: pulumi.Input<string>): void {
  if (typeof url !== "string") return;
  // Said without the URL: a password may be in it.
  if (/^https?:\/\/[^/]*@/.test(url)) {
    problems.expect(false, setting, "***", "it has a user in it: give that one as credentials");
    return;
  }
  const isUrl = /^https?:\/\/[^/\s]+(\/\S*)?$/.test(url);
  problems.expect(isUrl, setting, url, "give one that begins with http:// or https://");
}

/** Notes what is wrong with the name of a branch. https://git-scm.com/docs/git-check-ref-format */
export function checkBranch(problems: Problems, branch: string): void {
  const holds = /^[^\s~^:?*[\\]+$/.test(branch) && !/^[-/.]|\.\.|@\{|\/\/|[/.]$/.test(branch);
  problems.expect(holds, "branch", branch, "give a branch's name");
}

/** Notes what is wrong with a port of all nodes. */
export function checkNodePort(problems: Problems, nodePort: number | undefined): void {
  problems.expectWhole("nodePort", nodePort, 30000, 32767);
}

/** Notes what is wrong with the size of a claim. */
export function checkStorage(problems: Problems, { size }: { readonly size?: string } = {}): void {
  problems.expect(size === undefined || isSize(size), "storage.size", size, "give a size such as 10Gi");
}
