// Machines of every role for the tests of a file that imports this: made before the first of them, and removed after each.
import {
  type ControlPlaneBoot,
  controlPlaneIdentityFiles,
  controlPlaneUserData,
  type PlatformFacts,
  workerIdentityFiles,
  workerUserData,
} from "../../../components/bootstrap";
import { firstControlPlane, identity, secondControlPlane, worker } from "../bootstrap-facts";
import { madeCertificate, madeKeyPair, StubMachine } from ".";

/** Made before the first test. */
export const made = { authority: { certificate: "", privateKey: "" }, otherAuthority: "", leaf: "" };

const ofControlPlane =
  (boot: ControlPlaneBoot) =>
  (platform: PlatformFacts): string =>
    controlPlaneUserData({ ...boot, platform }, controlPlaneIdentityFiles(identity));
const ofWorker = (platform: PlatformFacts): string =>
  workerUserData({ ...worker, platform }, workerIdentityFiles(identity.kubernetesCa));

const roles = {
  first: ofControlPlane(firstControlPlane),
  second: ofControlPlane(secondControlPlane),
  worker: ofWorker,
  "token worker": ofWorker,
};

/** What a platform brings a worker, whichever way. */
export function bring(machine: StubMachine, role: keyof typeof roles): void {
  if (role === "worker") machine.tell("admission", `${made.leaf}key\n`);
  if (role === "token worker") machine.write("etc/slipway/join-token", "abcdef.0123456789abcdef\n");
}

/** What etcd's member list answers. */
export const members = (...all: { index: number; learner?: boolean }[]): string =>
  JSON.stringify({
    header: { cluster_id: "1", member_id: "2" },
    members: all.map(({ index, learner = false }) => ({
      ID: `${index + 100}`,
      name: `control-plane-${index}`,
      peerURLs: [`https://10.88.0.${index + 8}:2380`],
      clientURLs: [`https://10.88.0.${index + 8}:2379`],
      ...(learner && { isLearner: true }),
    })),
  });

/** What the API shows of the etcd pods of all control planes. */
const pods = "control-plane-0 https://10.88.0.8:2379\ncontrol-plane-1 https://10.88.0.9:2379\n";

let machines: StubMachine[] = [];

/** One that boots for the first time. */
export function machineOf(role: keyof typeof roles): StubMachine {
  const machine = new StubMachine(roles[role], made.authority, made.leaf);
  machines.push(machine);
  machine.tell("pods", pods);
  bring(machine, role);
  if (role === "second") machine.tell("members", members({ index: 0 }));
  return machine;
}

const nodes = new Map<keyof typeof roles, StubMachine>();

/** One that was a node at an earlier boot. */
export function nodeOf(role: keyof typeof roles): StubMachine {
  const machine = nodes.get(role)?.copy();
  if (!machine) throw new Error(`no node of ${role}`);
  machines.push(machine);
  return machine;
}

beforeAll(async () => {
  made.authority = await madeKeyPair("kubernetes");
  made.otherAuthority = await madeCertificate("another");
  made.leaf = await madeCertificate("leaf");
  for (const role of ["first", "second", "worker", "token worker"] as const) {
    const machine = new StubMachine(roles[role], made.authority, made.leaf);
    machine.tell("pods", pods);
    bring(machine, role);
    if (role !== "first") machine.tell("api", "");
    if (role === "second") machine.tell("members", members({ index: 0 }));
    expect(machine.boot().status).toBe(0);
    for (const fact of ["api", "members"]) machine.tell(fact);
    nodes.set(role, machine);
  }
});

afterAll(() => {
  for (const machine of nodes.values()) machine.remove();
});

afterEach(() => {
  for (const machine of machines) machine.remove();
  machines = [];
});
