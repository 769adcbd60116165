import * as pulumi from "@pulumi/pulumi";

import { connect } from "./connect";
import { cordon, drain, isAlive } from "./drain";
import { removeEtcdMember, waitForEtcd } from "./etcd";
import { announceMembers, comesBack, endTurn, takeTurn } from "./turns";
import { refuseToLoseVolumes } from "./volumes";

/** What a membership is made of, as plain values. */
export interface MembershipInputs {
  /** Name of the cluster: machines of one cluster are drained one after the other. */
  readonly cluster: string;
  /** Name of the machine and of its Node. */
  readonly machine: string;
  readonly isControlPlane: boolean;
  /** The platform's id of the machine: another one is another machine of the same name. */
  readonly machineId: string;
  /** Names of all machines that the cluster is to have. */
  readonly members: readonly string[];
  /** The administrator's kubeconfig. Secret. */
  readonly kubeconfig: string;
}

export type MembershipArgs = {
  readonly [Key in keyof MembershipInputs]: pulumi.Input<MembershipInputs[Key]>;
};

/** In seconds. */
const patience = { api: 30, drain: 300, etcd: 60, turn: 900 };

const say = (line: string): void => {
  console.log(line);
};

/** The machine's Node, or undefined where there is none. */
async function findNode({ machine, kubeconfig }: MembershipInputs) {
  const { config, api } = await connect(kubeconfig);
  try {
    return { config, api, node: await api.readNode({ name: machine }) };
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === 404) return { config, api, node: undefined };
    throw error;
  }
}

/**
 * What becomes of the Node of a machine that is taken away. In a cloud it says for good which instance it is: the one that
 * takes the machine's place makes its own, if it has not done so already.
 * @param leaves whether the machine goes for good
 * @param machineId the platform's id of the machine
 * @param providerId what the Node says that it is, as in `aws:///eu-central-1a/i-0123`
 */
export function fateOfNode(
  leaves: boolean,
  machineId: string,
  providerId?: string,
): "kept" | "deleted" | "another's" {
  if (leaves) return "deleted";
  if (providerId === undefined) return "kept";
  return providerId.endsWith(`/${machineId}`) ? "deleted" : "another's";
}

/** Moves the work of a machine elsewhere. One that leaves for good also leaves etcd and the list of nodes. */
async function sayGoodbye(inputs: MembershipInputs, leaves: boolean): Promise<void> {
  const { machine, isControlPlane } = inputs;
  const { config, api, node } = await findNode(inputs);
  if (node === undefined) return;
  const fate = fateOfNode(leaves, inputs.machineId, node.spec?.providerID);
  if (fate === "another's") return;
  if (leaves) await refuseToLoseVolumes(api, machine);
  await cordon(api, machine);
  if (isAlive(node)) {
    await drain(api, { node: machine, timeoutSeconds: patience.drain, report: say });
    if (isControlPlane && !leaves) await waitForEtcd(config, machine, patience.etcd);
  }
  if (fate === "kept") return;
  if (leaves && isControlPlane) await removeEtcdMember(api, config, machine, patience.etcd);
  await api.deleteNode({ name: machine });
  if (leaves) say(`${machine}: left the cluster`);
}

/** Whether nobody answered, or one who could not: an API server whose etcd has just left, say. */
function isUnanswered(error: unknown): boolean {
  const { name, code } = error as { readonly name?: unknown; readonly code?: unknown };
  return name === "FetchError" || typeof code === "string" || (typeof code === "number" && code >= 500);
}

/** Says goodbye again, every step of which may be repeated, while the API does not answer. */
async function sayGoodbyePatiently(inputs: MembershipInputs, leaves: boolean): Promise<void> {
  const deadline = Date.now() + patience.api * 1000;
  for (;;) {
    try {
      await sayGoodbye(inputs, leaves);
      return;
    } catch (error) {
      if (!isUnanswered(error) || Date.now() > deadline) throw error;
      say(`${inputs.machine}: waiting for the API, to take it out of the cluster: ${String(error)}`);
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
  }
}

/** Takes a machine out of the cluster before it is taken away. */
async function leave(inputs: MembershipInputs): Promise<void> {
  const { cluster, machine, members } = inputs;
  await takeTurn(cluster, machine, patience.turn);
  const leaves = !comesBack(cluster, machine, members);
  try {
    await sayGoodbyePatiently(inputs, leaves);
  } catch (error) {
    // A machine that is made anew is how a cluster heals whose API does not answer.
    if (leaves || !isUnanswered(error)) {
      endTurn(cluster, machine);
      throw error;
    }
    say(`${machine}: made anew without a drain, as the API does not answer: ${String(error)}`);
  }
  // One that comes back keeps its turn until it is there again.
  if (leaves) endTurn(cluster, machine);
}

function diffMembership(olds: MembershipInputs, news: MembershipInputs): pulumi.dynamic.DiffResult {
  if (olds.machineId !== news.machineId || olds.machine !== news.machine) {
    return { changes: true, replaces: ["machineId"], deleteBeforeReplace: true };
  }
  const isSame =
    olds.cluster === news.cluster &&
    olds.kubeconfig === news.kubeconfig &&
    JSON.stringify(olds.members) === JSON.stringify(news.members);
  return { changes: !isSame };
}

export const membershipProvider: pulumi.dynamic.ResourceProvider<MembershipInputs, MembershipInputs> = {
  create: (inputs) => {
    announceMembers(inputs.cluster, inputs.members);
    endTurn(inputs.cluster, inputs.machine);
    return Promise.resolve({ id: inputs.machine, outs: inputs });
  },
  diff: (_id, olds, news) => Promise.resolve(diffMembership(olds, news)),
  update: (_id, _olds, news) => {
    announceMembers(news.cluster, news.members);
    return Promise.resolve({ outs: news });
  },
  delete: async (_id, inputs) => {
    await leave(inputs);
  },
};

/**
 * A machine's place in its cluster. It is made when the machine is a ready node, and taken away before the machine
 * is: its pods are moved elsewhere, one machine at a time, and a machine that leaves for good is forgotten by the API
 * and by etcd.
 */
export class Membership extends pulumi.dynamic.Resource {
  constructor(name: string, args: MembershipArgs, options: pulumi.CustomResourceOptions) {
    super(membershipProvider, name, { ...args }, options, "cluster", "Membership");
  }
}
