import { parseAllDocuments } from "yaml";

import { madeCertificate, type StubMachine } from "../../support/stub-machine";
import { bring, machineOf, made, members, nodeOf } from "../../support/stub-machine/machines";

const data = "var/lib/etcd/member/wal/0.wal";
const started = "systemctl start kubelet";
const init = "kubeadm init --skip-token-print --skip-phases addon,show-join-command";
const overData =
  "kubeadm init --skip-token-print --skip-phases preflight,upload-config,addon,show-join-command";
const join = "kubeadm join";
/** What a control plane does of it before and after it joins etcd. */
const preparedJoin =
  "kubeadm join --skip-phases etcd-join,kubelet-wait-bootstrap,control-plane-join,wait-control-plane";
const joinsControlPlane = [
  preparedJoin,
  "kubeadm join phase etcd-join",
  "kubeadm join --skip-phases preflight,control-plane-prepare,kubelet-start,etcd-join",
];
const reset = "kubeadm reset --force";
const configured = "kubeadm init phase kubelet-start";
const uploaded = "kubeadm init phase upload-config all";

/** Of what a boot ran: what decides on the machine's fate. */
const decisive = (calls: readonly string[]): string[] =>
  calls.filter(
    (call) =>
      !/^kubeadm init phase (kubeconfig|certs|kubelet-finalize)|^systemctl stop|\/v3\/(lease|lock)\//.test(
        call,
      ),
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
      bootstrapTokens: [{ ttl: "1m0s" }],
    });
    expect(configuration?.has("patches")).toBe(false);
    expect(machine.filesBelow("var/lib/slipway/kept/.clusters")).toEqual([
      expect.stringMatching(/^[0-9a-f]{64}$/),
    ]);
  });

  it.each(["second", "worker", "token worker"] as const)(
    "of the %s becomes a node when the API answers",
    (role) => {
      const machine = machineOf(role);
      expect(machine.boot(2)).toMatchObject({ calls: [], status: null });
      machine.tell("api", "");
      const { calls, said } = machine.boot();
      const ways = { second: [uploaded, ...joinsControlPlane], worker: [configured], "token worker": [join] };
      expect(decisive(calls)).toEqual(ways[role]);
      expect(said.at(-1)).toBe("joined");
    },
  );
});

describe("a machine that nothing has changed for", () => {
  it.each(["first", "second", "worker", "token worker"] as const)(
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
    machine.write("etc/slipway/ca.crt", made.otherAuthority);
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
    expect(decisive(machine.boot().calls)).toEqual([reset, uploaded, ...joinsControlPlane]);
  });

  it("does so where nothing else has changed, after its kubelet has begun", () => {
    const machine = nodeOf("second");
    machine.tell("api", "");
    machine.tell("members", members({ index: 0 }));
    const { calls, said } = machine.boot();
    expect(decisive(calls)).toEqual([started, reset, uploaded, ...joinsControlPlane]);
    expect(said.at(-1)).toBe("joined");
  });

  it("keeps its data, and runs on, where it is a member still", () => {
    const machine = nodeOf("second");
    machine.tell("api", "");
    machine.tell("members", members({ index: 0 }, { index: 1 }));
    expect(decisive(machine.boot().calls)).toEqual([started]);
    expect(machine.has(data)).toBe(true);
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
      ...joinsControlPlane,
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
    expect(decisive(machine.boot().calls)).toEqual([uploaded, ...joinsControlPlane]);
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
    const machine = machineOf("token worker");
    machine.tell("api", "");
    machine.tell("node", "True");
    const { calls, said } = machine.boot();
    expect(calls).toEqual([join]);
    expect(said).toContainEqual(expect.stringMatching(/^step waiting until worker-0's Node/));
  });
});

describe("a worker", () => {
  it.each(["worker", "token worker"] as const)(
    "that is a %s, whose authority is another one, forgets what it was",
    (role) => {
      const machine = nodeOf(role);
      machine.write("etc/slipway/ca.crt", made.otherAuthority);
      bring(machine, role);
      machine.tell("api", "");
      expect(machine.boot().calls).toEqual([reset, role === "worker" ? configured : join]);
    },
  );

  it("with a token cleans up between tries, as there is no data", () => {
    const machine = machineOf("token worker");
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
    expect(decisive(machine.boot().calls)).toEqual([uploaded, preparedJoin, overData, uploaded]);
  });

  it("adds its etcd member while no other machine adds one, and gives its turn back", () => {
    const machine = machineOf("second");
    machine.tell("api", "");
    const { calls } = machine.boot();
    const etcd = "etcd https://10.88.0.8:2379/v3";
    const name = Buffer.from("slipway-join\n").toString("base64");
    const begin = calls.indexOf(preparedJoin) + 1;
    expect(calls.slice(begin, begin + 4)).toEqual([
      `${etcd}/lease/grant`,
      `${etcd}/lock/lock {"name":"${name}","lease":"700"}`,
      "kubeadm join phase etcd-join",
      `${etcd}/lease/revoke {"ID":"700"}`,
    ]);
  });

  it("adds none when etcd gives it no turn", () => {
    const machine = machineOf("second");
    machine.tell("api", "");
    machine.tell("no-etcd", "");
    const { calls, status } = machine.boot(4);
    expect(calls).toContain(preparedJoin);
    expect(calls).not.toContain("kubeadm join phase etcd-join");
    expect(status).toBeNull();
  });
});

describe("a kubelet that ends each time", () => {
  it.each(["first", "second", "token worker"] as const)(
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
