import type { LiveMachine } from "../../machines";
import { certificateEnds } from "../actions/certificate-ends";
import { type Connection, connect } from "../actions/connect";
import { nodeList, type SeenNode } from "../actions/node-list";
import type { Member } from "../members";
import { brokenNodeFindings, brokenNodes } from "./broken-nodes";
import { type Authority, certificateFindings, dueCertificates } from "./certificates";
import { clusterFacts, movablePods, type SeenCluster } from "./cluster-facts";
import { rollFindings } from "./findings";
import { unreadyOwners } from "./health";
import { rollLines } from "./lines";
import { isChange, type RollPlan, rollPlan, takesAway, wantedMachine } from "./plan";
import { refusals } from "./refusals";

/** What a plan is made from. */
export interface PlanInputs {
  /** In the order of the program. */
  readonly members: readonly Member[];
  /** The wanted Kubernetes version, without a leading `v`. */
  readonly kubernetesVersion: string;
  readonly live: readonly LiveMachine[];
  /** Of each member, in their order; undefined where a preview cannot know it. */
  readonly revisions: readonly (string | undefined)[];
  /** Names of machines that are replaced though nothing of them has changed. Default none. */
  readonly replaced?: ReadonlySet<string>;
  /** The administrator's; undefined while a preview cannot know it. */
  readonly kubeconfig: string | undefined;
  /** How long the API may take to answer. */
  readonly patienceSeconds: number;
  /** How much longer it may take, in seconds: asked when it has not answered by then. */
  readonly longerSeconds: () => Promise<number>;
  /** Names of machines whose last boot failed, by their own word: asked only where a machine changes. */
  readonly failed: () => Promise<ReadonlySet<string>>;
  /** As `MachinePlatform.obstacle` gives it; asked only where a machine is to be taken away. */
  readonly obstacle: () => Promise<string | undefined>;
  /** How long machines' certificates are good for, in seconds. */
  readonly certificateSeconds: number;
  /** Whether control planes can be told to sign theirs anew. */
  readonly canRenew: boolean;
  /** Those that everything is signed by; none while a preview cannot know them. */
  readonly authorities: readonly Authority[];
}

/** A plan, and what there is to say of it. */
export interface PlannedRoll {
  readonly plan: RollPlan;
  /** For a person; none where no machine changes, no node is broken and no certificate ends soon. */
  readonly lines: readonly string[];
  /** The way to the cluster; undefined where it does not answer, or no machine changes. */
  readonly connection: Connection | undefined;
  /** Whose pods are not ready before it begins: see `unreadyOwners`. */
  readonly unready: ReadonlySet<string>;
}

const silence = "the API does not answer: machines go without a drain, control planes together";

/** Whether a plan changes machines that run. */
export const isRoll = ({ waves, leaving }: RollPlan): boolean =>
  waves.flat().some(isChange) || leaving.length > 0;

/**
 * Plans a roll by what there is.
 * @throws Error with every reason why it may not begin
 */
export async function planRoll(inputs: PlanInputs): Promise<PlannedRoll> {
  const { members, kubernetesVersion, live, revisions, replaced, kubeconfig, patienceSeconds } = inputs;
  const wanted = members.map((member, index) => wantedMachine(member, kubernetesVersion, revisions[index]));
  const nodes = await nodesOf(inputs);
  const certificates = certificatesOf(inputs, nodes);
  const due = inputs.canRenew ? dueCertificates(certificates) : new Map<string, Date>();
  const names = members.map(({ name }) => name);
  const findings = [
    ...brokenNodeFindings(brokenNodes(nodes), names).map((finding) => `nodes: ${finding}`),
    ...certificateFindings(certificates).map((finding) => `certificates: ${finding}`),
  ];
  const machines = { wanted, live, due, ...(replaced && { replaced }) };
  const untouched = rollPlan({ ...machines, readyNodes: new Set(live.map(({ name }) => name)) });
  // Without a machine to change there is nothing more to ask the cluster.
  if (!isRoll(untouched))
    return { plan: untouched, lines: findings, connection: undefined, unready: new Set() };
  const connection = kubeconfig === undefined ? undefined : await connect(kubeconfig);
  const facts =
    connection &&
    ((await clusterFacts(connection, patienceSeconds)) ??
      (await clusterFacts(connection, await inputs.longerSeconds())));
  const plan = rollPlan({ ...machines, readyNodes: facts && (await nodesAtWork(facts, inputs)) });
  const isTakingAway = plan.waves.flat().some(takesAway) || plan.leaving.length > 0;
  const obstacle = isTakingAway ? await inputs.obstacle() : undefined;
  const reasons = [obstacle ?? [], refusals(plan, facts)].flat();
  if (reasons.length > 0) throw new Error(`no machine is touched: ${reasons.join("\n  ")}`);
  const found = facts ? rollFindings(plan, facts, kubernetesVersion) : [silence];
  const remarks = isTakingAway ? found : [];
  return {
    plan,
    lines: [
      ...rollLines(plan, facts && movablePods(facts)),
      ...remarks.map((remark) => `roll: note that ${remark}`),
      ...findings,
    ],
    connection: facts && connection,
    unready: unreadyOwners(facts?.pods ?? []),
  };
}

/** The API takes a node for ready until its kubelet has been silent for 40 seconds; the machine knows sooner that it failed. */
async function nodesAtWork({ readyNodes }: SeenCluster, { failed }: PlanInputs): Promise<Set<string>> {
  const failing = await failed();
  return new Set([...readyNodes].filter((name) => !failing.has(name)));
}

async function nodesOf({ live, kubeconfig }: PlanInputs): Promise<readonly SeenNode[]> {
  const isAsked = kubeconfig !== undefined && live.some(({ state }) => state === "running");
  return isAsked ? await nodeList(kubeconfig) : [];
}

const certificatesOf = ({ certificateSeconds, authorities }: PlanInputs, nodes: readonly SeenNode[]) => ({
  ends: certificateEnds(nodes),
  authorities,
  validitySeconds: certificateSeconds,
});
