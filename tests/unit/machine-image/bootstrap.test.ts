import { parseAllDocuments } from "yaml";

import {
  type ControlPlaneBoot,
  controlPlaneIdentityFiles,
  controlPlaneUserData,
  type PlatformFacts,
  workerIdentityFiles,
  workerUserData,
} from "../../../components/bootstrap";
import { firstControlPlane, identity, secondControlPlane, worker } from "../../support/bootstrap-facts";
import { madeCertificate, StubMachine } from "../../support/stub-machine";

let authority: string;
let otherAuthority: string;
let leaf: string;

const ofControlPlane =
  (boot: ControlPlaneBoot) =>
  (platform: PlatformFacts): string =>
    controlPlaneUserData({ ...boot, platform }, controlPlaneIdentityFiles(boot.cluster, identity));
const ofWorker = (platform: PlatformFacts): string =>
  workerUserData({ ...worker, platform }, workerIdentityFiles(worker.cluster, identity));

const roles = {
  first: ofControlPlane(firstControlPlane),
  second: ofControlPlane(secondControlPlane),
  worker: ofWorker,
};

const members = (...all: { index: number; learner?: boolean }[]): string =>
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

function machineOf(role: keyof typeof roles): StubMachine {
  const machine = new StubMachine(roles[role], authority, leaf);
  machines.push(machine);
  machine.tell("pods", pods);
  if (role === "second") machine.tell("members", members({ index: 0 }));
  return machine;
}

const nodes = new Map<keyof typeof roles, StubMachine>();

/** One that was a node at an earlier boot. */
function nodeOf(role: keyof typeof roles): StubMachine {
  const machine = nodes.get(role)?.copy();
  if (!machine) throw new Error(`no node of ${role}`);
  machines.push(machine);
  return machine;
}

beforeAll(async () => {
  const names = ["kubernetes", "another", "leaf"];
  [authority = "", otherAuthority = "", leaf = ""] = await Promise.all(
    names.map((name) => madeCertificate(name)),
  );
  for (const role of ["first", "second", "worker"] as const) {
    const machine = new StubMachine(roles[role], authority, leaf);
    machine.tell("pods", pods);
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

const data = "var/lib/etcd/member/wal/0.wal";
const started = "systemctl start kubelet";
const init = "kubeadm init --skip-token-print --skip-phases addon,show-join-command";
const overData =
  "kubeadm init --skip-token-print --skip-phases preflight,upload-config,addon,show-join-command";
const join = "kubeadm join";
const reset = "kubeadm reset --force";
const configured = "kubeadm init phase kubelet-start";
const uploaded = "kubeadm init phase upload-config all";

/** Of what a boot ran: what decides on the machine's fate. */
const decisive = (calls: readonly string[]): string[] =>
  calls.filter(
    (call) => !/^kubeadm init phase (kubeconfig|certs|kubelet-finalize)|^systemctl stop/.test(call),
  );

describe("a first boot", () => {
  it("of the first control plane makes the cluster, and notes that it was made", () => {
    const machine = machineOf("first");
    const { calls, said, status } = machine.boot();
    expect(decisive(calls)).toEqual([init]);
    expect(said.at(-1)).toBe("joined");
    expect(status).toBe(0);
    const [configuration] = parseAllDocuments(machine.heard("init.yaml"));
    expect(configuration?.toJS()).toMatchObject({
      bootstrapTokens: [{ token: identity.joinToken, ttl: "0s" }],
    });
    expect(configuration?.has("patches")).toBe(false);
    expect(machine.filesBelow("var/lib/slipway/kept/.clusters")).toEqual([
      expect.stringMatching(/^[0-9a-f]{64}$/),
    ]);
  });

  it.each(["second", "worker"] as const)("of the %s machine joins when the API answers", (role) => {
    const machine = machineOf(role);
    expect(machine.boot(2)).toMatchObject({ calls: [], status: null });
    machine.tell("api", "");
    const { calls, said } = machine.boot();
    expect(decisive(calls)).toEqual(role === "worker" ? [join] : [uploaded, join]);
    expect(said.at(-1)).toBe("joined");
  });

  it("says nothing that holds the token, on the console or in a log that others read", () => {
    const machine = machineOf("first");
    machine.tell("init.fails", "nothing\n");
    expect(machine.boot().said.join("\n")).not.toContain(identity.joinToken);
    expect(machine.mode("run/slipway")).toBe("700");
  });
});

describe("a machine that nothing has changed for", () => {
  it.each(["first", "second", "worker"] as const)(
    "starts the kubelet of the %s, and runs no kubeadm",
    (role) => {
      const { calls, said } = nodeOf(role).boot();
      expect(calls).toEqual([started]);
      expect(said.at(-1)).toBe("joined");
    },
  );

  it("is another one when its leaves have less than a third of their time left", async () => {
    const machine = nodeOf("first");
    machine.write("etc/kubernetes/pki/apiserver.crt", await madeCertificate("leaf", 250));
    expect(decisive(machine.boot().calls)).toEqual([overData, uploaded]);
  });
});

const changes: Record<string, (machine: StubMachine) => void> = {
  "another image": (machine) => {
    machine.write("usr/lib/slipway/containerd/store/image-id", "image-2\n");
  },
  "another document": (machine) => {
    machine.writeDocument((text) => text.replaceAll("podPidsLimit: 4096", "podPidsLimit: 5000"));
  },
  "a boot of before that failed": (machine) => {
    machine.lose("etc/kubernetes/slipway-applied");
  },
};

describe.each(Object.entries(changes))("with %s", (_, change) => {
  it("a control plane runs init over its data", () => {
    const machine = nodeOf("first");
    change(machine);
    const { calls, said, status } = machine.boot();
    expect(decisive(calls)).toEqual([overData, uploaded]);
    expect(said.at(-1)).toBe("joined");
    expect(status).toBe(0);
    expect(machine.has(data)).toBe(true);
    expect(machine.boot().calls).toEqual([started]);
  });

  it("a worker writes its kubelet's settings, and does not join again", () => {
    const machine = nodeOf("worker");
    change(machine);
    expect(machine.boot().calls).toEqual([configured]);
    expect(machine.boot().calls).toEqual([started]);
  });
});

describe("init over data", () => {
  it("signs all leaves anew, keeps the kubelet's kubeconfig, and lets etcd begin no cluster", () => {
    const machine = nodeOf("first");
    machine.lose("etc/kubernetes/slipway-applied");
    const mounted = machine.inode("etc/kubernetes/pki");
    machine.boot();
    expect(machine.inode("etc/kubernetes/pki")).toBe(mounted);
    const found = machine.heard("found-by-init").split("\n");
    expect(found).toEqual(expect.arrayContaining(["kubelet.conf", "ca.key", "sa.key"]));
    expect(found).not.toContain("apiserver.crt");
    expect(found).not.toContain("scheduler.conf");
    const [configuration] = parseAllDocuments(machine.heard("init.yaml"));
    const { patches } = configuration?.toJS() as { patches: { directory: string } };
    expect(patches.directory).toBe(machine.path("run/slipway/patches"));
    expect(JSON.parse(machine.read("run/slipway/patches/etcd+json.json"))).toEqual([
      { op: "add", path: "/spec/containers/0/command/-", value: "--initial-cluster-state=existing" },
    ]);
  });

  it("is tried until it works, and resets nothing", () => {
    const machine = nodeOf("second");
    machine.lose("etc/kubernetes/slipway-applied");
    machine.tell("init.fails", "nothing\nnothing\n");
    expect(decisive(machine.boot().calls)).toEqual([overData, overData, overData, uploaded]);
  });

  it("takes over from a first init that was cut off when etcd had begun", () => {
    const machine = machineOf("first");
    machine.tell("init.fails", "data\n");
    expect(decisive(machine.boot().calls)).toEqual([init, overData, uploaded]);
  });

  it("does not take the cluster's configuration back to an older version", () => {
    const machine = nodeOf("first");
    machine.lose("etc/kubernetes/slipway-applied");
    machine.tell("version", "1.37.2");
    expect(decisive(machine.boot().calls)).toEqual([overData]);
  });

  it("signs the kubelet anew when its kubeconfig trusts another authority", () => {
    const machine = nodeOf("first");
    machine.write("etc/slipway/ca.crt", otherAuthority);
    machine.boot();
    expect(machine.heard("found-by-init").split("\n")).not.toContain("kubelet.conf");
  });

  it("gives a learner, whose join was cut off, its vote", () => {
    const machine = nodeOf("second");
    machine.lose("etc/kubernetes/slipway-applied");
    machine.tell("api", "");
    machine.tell("members", members({ index: 0 }, { index: 1, learner: true }));
    machine.tell("init.fails", "waits\n");
    expect(machine.boot(10).calls).toContain(
      'etcd https://10.88.0.8:2379/v3/cluster/member/promote {"ID":"101"}',
    );
  });
});

describe("a member that the others have removed", () => {
  it("drops its data and joins", () => {
    const machine = nodeOf("first");
    machine.lose("etc/kubernetes/slipway-applied");
    machine.tell("api", "");
    machine.tell("members", members({ index: 1 }));
    expect(decisive(machine.boot().calls)).toEqual([reset, uploaded, join]);
  });

  it("keeps its data when nobody can say whether it was", () => {
    const machine = nodeOf("first");
    machine.lose("etc/kubernetes/slipway-applied");
    machine.tell("api", "");
    expect(decisive(machine.boot().calls)).toEqual([overData, uploaded]);
  });
});

describe("a machine that lost its disk", () => {
  it("joins, and has its old member forgotten", () => {
    const machine = machineOf("first");
    machine.tell("api", "");
    machine.tell("members", members({ index: 0 }, { index: 1 }));
    expect(decisive(machine.boot().calls)).toEqual([
      uploaded,
      'etcd https://10.88.0.9:2379/v3/cluster/member/remove {"ID":"100"}',
      join,
    ]);
  });

  it("makes no second cluster, says why, and joins when another control plane is back", () => {
    const machine = nodeOf("first");
    machine.lose("var/lib/etcd");
    machine.lose("etc/kubernetes");
    const { calls, said } = machine.boot(4);
    expect(calls).toEqual([]);
    expect(said.at(-1)).toMatch(/^failed making no new cluster: .* its data is not on this machine/);
    machine.tell("api", "");
    machine.tell("members", members({ index: 1 }));
    expect(decisive(machine.boot().calls)).toEqual([uploaded, join]);
  });

  it("makes no cluster while nobody can say whether one was made", () => {
    const machine = machineOf("first");
    machine.lose("var/lib/slipway/kept");
    const { calls, said } = machine.boot(3);
    expect(calls).toEqual([]);
    expect(said.at(-1)).toMatch(
      /^step asking whether a cluster was made before: .*claim-cluster does not know$/,
    );
  });

  it("waits for its Node to be given up, without a reset", () => {
    const machine = machineOf("worker");
    machine.tell("api", "");
    machine.tell("node", '{"conditions": [{"type": "Ready", "status": "True"}]}');
    const { calls, said } = machine.boot();
    expect(calls).toEqual([join]);
    expect(said).toContainEqual(expect.stringMatching(/^step waiting until worker-0's Node/));
  });
});

describe("a worker", () => {
  it("whose authority is another one forgets what it was, and joins", () => {
    const machine = nodeOf("worker");
    machine.write("etc/slipway/ca.crt", otherAuthority);
    machine.tell("api", "");
    expect(machine.boot().calls).toEqual([reset, join]);
  });

  it("cleans up between tries, as there is no data", () => {
    const machine = machineOf("worker");
    machine.tell("api", "");
    machine.tell("join.fails", "nothing\n");
    expect(machine.boot().calls).toEqual([join, reset, join]);
  });
});

describe("a joining control plane", () => {
  it("that fails when it has data goes on with it, and is not reset", () => {
    const machine = machineOf("second");
    machine.tell("api", "");
    machine.tell("join.fails", "data\n");
    expect(decisive(machine.boot().calls)).toEqual([uploaded, join, overData, uploaded]);
  });
});

describe("a kubelet that ends each time", () => {
  it.each(["first", "second", "worker"] as const)(
    "fails the first boot of the %s machine, with its words",
    (role) => {
      const machine = machineOf(role);
      machine.tell("api", "");
      machine.tell("members", members({ index: 2 }));
      machine.tell("join.fails", "waits\n");
      machine.tell("init.fails", "waits\n");
      machine.tell("restarts", "3");
      machine.tell("journal", "I1130 all is well\nE1130 10:00:00 run.go:72] unknown flag: --no-such\n");
      const { said, status } = machine.boot();
      expect(status).toBe(1);
      expect(said).toContain("log E1130 10:00:00 run.go:72] unknown flag: --no-such");
      expect(said.at(-1)).toMatch(/^failed kubeadm .*: the kubelet ends each time that it is started$/);
    },
  );

  it("fails a worker whose settings have changed", () => {
    const machine = nodeOf("worker");
    machine.lose("etc/kubernetes/slipway-applied");
    machine.tell("restarts", "5");
    expect(machine.boot().said.at(-1)).toBe(
      "failed configuring the kubelet: the kubelet ends each time that it is started",
    );
    expect(machine.has("etc/kubernetes/slipway-applied")).toBe(false);
  });
});
