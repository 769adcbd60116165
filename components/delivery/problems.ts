/**
 * Throws one error that names every setting that cannot work, with its value and what would be right.
 *
 * @param component such as `Deployer "deployer"`
 */
export function throwProblems(component: string, problems: readonly string[]): void {
  if (problems.length > 0) {
    throw new Error(`${component} cannot work:\n${problems.map((line) => `  - ${line}`).join("\n")}`);
  }
}

/** One line that says what is wrong, unless nothing is. */
function unless(holds: boolean, setting: string, value: unknown, advice: string): string[] {
  return holds ? [] : [`${setting} is ${JSON.stringify(value)}: ${advice}`];
}

/** What is wrong with what should be the name of a namespace or of an account: a DNS label. */
export function labelProblems(setting: string, value: string, longest = 63): string[] {
  const isLabel = value.length <= longest && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(value);
  const advice = `give 1 to ${longest} of a-z, 0-9 and "-", with a letter or digit at both ends`;
  return unless(isLabel, setting, value, advice);
}

/** The namespaces where the cluster itself lives: who deploys there is its administrator, whatever his role says. */
const clusterNamespaces = ["kube-system", "kube-public", "kube-node-lease"];

/** What is wrong with namespaces to deploy into, by name. */
export function targetProblems(setting: string, namespaces: readonly string[]): string[] {
  return [
    ...(namespaces.length === 0 ? [`${setting} is empty: give at least one namespace`] : []),
    ...namespaces.flatMap((name) => labelProblems(`a name in ${setting}`, name)),
    ...namespaces.flatMap((name) =>
      unless(
        !clusterNamespaces.includes(name),
        `a name in ${setting}`,
        name,
        "it is the cluster's own: give namespaces of workloads",
      ),
    ),
  ];
}

/** What is wrong with what should be a whole number in a range. */
export function wholeNumberProblems(setting: string, value: number, least: number, most: number): string[] {
  return Number.isInteger(value) && value >= least && value <= most
    ? []
    : [`${setting} is ${value}: give a whole number from ${least} to ${most}`];
}

/** What is wrong with the URL of a Git repository. */
export function urlProblems(setting: string, url: string): string[] {
  // Said without the URL: a password may be in it.
  if (/^https?:\/\/[^/]*@/.test(url)) return [`${setting} has a user in it: give that one as credentials`];
  return unless(
    /^https?:\/\/[^/\s]+(\/\S*)?$/.test(url),
    setting,
    url,
    "give one that begins with http:// or https://",
  );
}

/** What is wrong with the name of a branch. https://git-scm.com/docs/git-check-ref-format */
export function branchProblems(branch: string): string[] {
  const holds = /^[^\s~^:?*[\\]+$/.test(branch) && !/^[-/.]|\.\.|@\{|\/\/|[/.]$/.test(branch);
  return unless(holds, "branch", branch, "give a branch's name");
}

/** What is wrong with a path that should lead to something inside a repository. */
export function folderProblems(setting: string, path: string, right: string): string[] {
  const holds = path !== "" && !path.startsWith("/") && !path.split("/").includes("..");
  return unless(holds, setting, path, `give ${right}`);
}

/** What is wrong with names of environment variables. */
export function variableProblems(names: readonly string[]): string[] {
  return names.flatMap((name) =>
    unless(
      /^[A-Za-z_][A-Za-z0-9_]*$/.test(name),
      "a name in variables",
      name,
      'give a name of A-Z, a-z, 0-9 and "_" that no digit begins',
    ),
  );
}

/** What is wrong with the size of a claim. */
export function sizeProblems(size: string | undefined): string[] {
  const holds = size === undefined || /^[1-9]\d*(Mi|Gi|Ti)$/.test(size);
  return unless(holds, "storage.size", size, "give an amount such as 1Gi");
}
