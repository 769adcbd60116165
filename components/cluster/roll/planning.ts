import type { LiveMachine } from "../../machines";
import { type Connection, connect } from "../actions/connect";
import type { Member } from "../members";
import { clusterFacts, movablePods } from "./cluster-facts";
import { rollFindings } from "./findings";
import { unreadyOwners } from "./health";
import { rollLines } from "./lines";
import { type RollPlan, rollPlan, takesAway, wantedMachine } from "./plan";
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
  /** As `MachinePlatform.obstacle` gives it; asked only where a machine is to be taken away. */
  readonly obstacle: () => Promise<string | undefined>;
}

/** A plan, and what there is to say of it. */
export interface PlannedRoll {
  readonly plan: RollPlan;
  /** For a person; none where no machine is taken away. */
  readonly lines: readonly string[];
  /** The way to the cluster; undefined where it does not answer, or no machine is taken away. */
  readonly connection: Connection | undefined;
  /** Whose pods are not ready before it begins: see `unreadyOwners`. */
  readonly unready: ReadonlySet<string>;
}

const silence = "the API does not answer: machines go without a drain, control planes together";

/** Whether a plan takes machines away. */
export const isRoll = ({ waves, leaving }: RollPlan): boolean =>
  waves.flat().some(takesAway) || leaving.length > 0;

/**
 * Plans a roll by what there is.
 * @throws Error with every reason why it may not begin
 */
export async function planRoll(inputs: PlanInputs): Promise<PlannedRoll> {
  const { members, kubernetesVersion, live, revisions, replaced, kubeconfig, patienceSeconds } = inputs;
  const wanted = members.map((member, index) => wantedMachine(member, kubernetesVersion, revisions[index]));
  const machines = { wanted, live, ...(replaced && { replaced }) };
  const untouched = rollPlan({ ...machines, readyNodes: new Set(live.map(({ name }) => name)) });
  // Without a machine to take away there is nothing to ask the cluster.
  if (!isRoll(untouched)) return { plan: untouched, lines: [], connection: undefined, unready: new Set() };
  const connection = kubeconfig === undefined ? undefined : await connect(kubeconfig);
  const facts =
    connection &&
    ((await clusterFacts(connection, patienceSeconds)) ??
      (await clusterFacts(connection, await inputs.longerSeconds())));
  const plan = rollPlan({ ...machines, readyNodes: facts?.readyNodes });
  const reasons = [(await inputs.obstacle()) ?? [], refusals(plan, facts)].flat();
  if (reasons.length > 0) throw new Error(`no machine is touched: ${reasons.join("\n  ")}`);
  const remarks = facts ? rollFindings(plan, facts, kubernetesVersion) : [silence];
  return {
    plan,
    lines: [
      ...rollLines(plan, facts && movablePods(facts)),
      ...remarks.map((remark) => `roll: note that ${remark}`),
    ],
    connection: facts && connection,
    unready: unreadyOwners(facts?.pods ?? []),
  };
}
