/** A resource of a preview, as the engine tells of it with `--json`. */
export interface PreviewStep {
  readonly urn: string;
  readonly newState?: {
    readonly type: string;
    readonly parent?: string;
    readonly provider?: string;
    readonly dependencies?: readonly string[];
  };
}

/** Components that are drawn as one box, with all that is in them; the others only hold such ones. */
const boxes: Readonly<Record<string, string>> = {
  "slipway:machines:AwsEnvironmentKey": "key",
  "slipway:machines:AwsNetwork": "network",
  "slipway:machines:AwsNodeSecurityGroups": "firewalls",
  "slipway:machines:AwsApiEndpoint": "API endpoint",
  "slipway:machines:AwsIdentitySecret": "identity",
  "slipway:machines:AwsMachineFiles": "machines' files",
  "slipway:machines:AwsInstanceRole": "role",
  "slipway:machines:AwsControlPlaneInstance": "control plane",
  "slipway:machines:AwsWorkerPool": "pool",
  "slipway:machines:AwsImageRepositories": "ECR",
  "slipway:machines:AwsBackupBucket": "backups' bucket",
  "slipway:machines:AwsAlarms": "alarms",
  "slipway:machines:AwsGitHubAccess": "GitHub's roles",
  "slipway:pki:ClusterIdentity": "authorities and keys",
  "slipway:platform:CloudControllerManager": "cloud controller manager",
  "slipway:platform:EbsStorage": "EBS storage",
  "slipway:platform:KubeletCertificateApprover": "certificate approver",
  "slipway:platform:Platform": "platform",
  "slipway:stacks:Shop": "shop",
};

const nameOf = (urn: string): string => urn.split("::").at(-1) ?? "";

/**
 * A Mermaid flowchart of a preview: a box for each component, and an arrow to what has to be there before it, unless another
 * arrow says so already.
 */
export function componentGraph(steps: readonly PreviewStep[]): string {
  const byUrn = new Map(steps.map((step) => [step.urn, step]));
  const boxOf = (urn: string): string | undefined => {
    const state = byUrn.get(urn)?.newState;
    if (state === undefined) return undefined;
    const outer = state.parent === undefined ? undefined : boxOf(state.parent);
    return outer ?? (state.type in boxes ? urn : undefined);
  };
  const before = new Map<string, Set<string>>();
  const sizes = new Map<string, number>();
  for (const { urn, newState } of steps) {
    const box = boxOf(urn);
    if (box === undefined || newState === undefined) continue;
    sizes.set(box, (sizes.get(box) ?? 0) + 1);
    const needed = before.get(box) ?? new Set<string>();
    before.set(box, needed);
    for (const dependency of newState.dependencies ?? []) {
      const other = boxOf(dependency);
      if (other !== undefined && other !== box) needed.add(other);
    }
  }
  // The engine tells of them in whatever order they were ready.
  const ids = new Map([...before.keys()].sort().map((box, index) => [box, `c${index}`]));
  const lines = [...ids].map(([box, id]) => {
    const kind = boxes[byUrn.get(box)?.newState?.type ?? ""] ?? "";
    return `  ${id}["${kind}<br/>${nameOf(box)}<br/>${sizes.get(box) ?? 0} resources"]`;
  });
  const arrows = [...before].flatMap(([box, needed]) =>
    [...needed]
      .filter((other) => ![...needed].some((between) => between !== other && reaches(before, between, other)))
      .map((other) => `  ${ids.get(other) ?? ""} --> ${ids.get(box) ?? ""}`),
  );
  return ["flowchart LR", ...lines, ...arrows.sort()].join("\n");
}

/** Whether one needs the other, be it by way of others. */
function reaches(
  before: ReadonlyMap<string, ReadonlySet<string>>,
  from: string,
  to: string,
  seen = new Set<string>(),
): boolean {
  if (seen.has(from)) return false;
  seen.add(from);
  return [...(before.get(from) ?? [])].some((next) => next === to || reaches(before, next, to, seen));
}
