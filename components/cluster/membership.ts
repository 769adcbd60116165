import * as pulumi from "@pulumi/pulumi";

import type { Labels, Taint } from "../bootstrap";
import { connect } from "./actions/connect";
import { applySettings } from "./actions/node-settings";

/** What a membership is made of, as plain values. */
export interface MembershipInputs {
  /** Name of the cluster. */
  readonly cluster: string;
  /** Name of the machine and of its Node. */
  readonly machine: string;
  /** The platform's id of the machine: another one has to be given its labels and taints again. */
  readonly machineId: string;
  /** Labels of its Node. */
  readonly labels: Labels;
  /** Taints of its Node. */
  readonly taints: readonly Taint[];
  /** The administrator's kubeconfig. Secret. */
  readonly kubeconfig: string;
}

export type MembershipArgs = {
  readonly [Key in keyof MembershipInputs]: pulumi.Input<MembershipInputs[Key]>;
};

async function welcome({ machine, labels, taints, kubeconfig, cluster }: MembershipInputs): Promise<void> {
  endTurnOfBefore(cluster, machine);
  const { api } = await connect(kubeconfig);
  await applySettings(api, machine, { labels, taints });
}

/**
 * The code in states of before this version drains a machine when it is deleted, and waits for its turn to do so: one turn
 * a cluster, kept in the process that dynamic providers share. It ends when the machine is back.
 */
function endTurnOfBefore(cluster: string, machine: string): void {
  const place = globalThis as Record<symbol, { holder?: string | undefined } | undefined>;
  const turns = place[Symbol.for(`slipway.turns.${cluster}`)];
  if (turns?.holder === machine) turns.holder = undefined;
}

const isSame = (one: MembershipInputs, other: MembershipInputs): boolean =>
  (["cluster", "machine", "machineId", "labels", "taints", "kubeconfig"] as const).every(
    (name) => JSON.stringify(one[name]) === JSON.stringify(other[name]),
  );

export const membershipProvider: pulumi.dynamic.ResourceProvider<MembershipInputs, MembershipInputs> = {
  create: async (inputs) => {
    await welcome(inputs);
    return { id: inputs.machine, outs: inputs };
  },
  // Never replaced: what has to happen before its machine goes is the program's work, not that of a state's old code.
  diff: (_id, olds, news) => Promise.resolve({ changes: !isSame(olds, news) }),
  update: async (_id, _olds, news) => {
    await welcome(news);
    return { outs: news };
  },
};

/** A machine's place in its cluster: made when the machine is a ready node, it gives the Node its labels and taints. */
export class Membership extends pulumi.dynamic.Resource {
  constructor(name: string, args: MembershipArgs, options: pulumi.CustomResourceOptions) {
    super(membershipProvider, name, { ...args }, options, "cluster", "Membership");
  }
}
