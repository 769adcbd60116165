import type { StubMachine } from "../../support/stub-machine";
import { nodeOf } from "../../support/stub-machine/machines";

/** Of what a boot ran: what decides on the machine's fate. */
const decisive = (calls: readonly string[]): string[] =>
  calls.filter(
    (call) => !/^kubeadm init phase (kubeconfig|certs|kubelet-finalize)|^systemctl stop/.test(call),
  );
const overData =
  "kubeadm init --skip-token-print --skip-phases preflight,upload-config,addon,show-join-command";
const uploaded = "kubeadm init phase upload-config all";

describe("a first control plane that lost its disk and is to be restored", () => {
  const folder = "var/lib/slipway/kept/.restore";
  let machine: StubMachine;

  beforeEach(() => {
    machine = nodeOf("first");
    const [mark = ""] = machine.filesBelow("var/lib/slipway/kept/.clusters");
    machine.lose("var/lib/etcd");
    machine.lose("etc/kubernetes");
    machine.write(`${folder}/${mark}/snapshot.db`, "a snapshot");
    machine.write(`${folder}/${mark}/machines`, "worker-1\n");
    machine.tell("own-api", "");
  });

  it("makes etcd's data of the snapshot, in which no machine is left, and runs init over it", () => {
    const { calls, status } = machine.boot();
    expect(status).toBe(0);
    expect(decisive(calls)).toEqual([
      "etcdutl snapshot restore /snapshot/snapshot.db --data-dir /etcd/restore --name control-plane-0 " +
        "--initial-cluster control-plane-0=https://10.88.0.8:2380 " +
        "--initial-advertise-peer-urls https://10.88.0.8:2380 --bump-revision 1000000000 --mark-compacted",
      expect.stringMatching(/^etcd txn /),
      overData,
      uploaded,
    ]);
    const { success } = JSON.parse((calls[1] ?? "").replace("etcd txn ", "")) as {
      success: { requestDeleteRange: { key: string; rangeEnd: string } }[];
    };
    const text = (base64: string): string => Buffer.from(base64, "base64").toString();
    const ranges = success.map(({ requestDeleteRange: { key, rangeEnd } }) => [text(key), text(rangeEnd)]);
    expect(ranges).toEqual(
      [
        ...["minions", "pods", "leases/kube-node-lease", "leases/kube-system"],
        ...["masterleases", "csinodes", "volumeattachments"],
      ].map((each) => [`/registry/${each}/`, `/registry/${each}0`]),
    );
    expect(machine.has("var/lib/etcd/restore")).toBe(false);
    expect(machine.has("var/lib/etcd/member/wal/0.wal")).toBe(true);
  });

  it("is not restored a second time", () => {
    machine.boot();
    expect(machine.filesBelow(folder)).toEqual([]);
    machine.lose("var/lib/etcd");
    expect(machine.boot(4).said.at(-1)).toMatch(/^failed making no new cluster/);
  });

  it("forgets volumes of disks that are gone, with their claims, and no others", () => {
    machine.write("var/lib/slipway/kept/shop/dumps/1");
    machine.tell(
      "volumes",
      [
        "lost|/var/lib/slipway/volumes/a|worker-0|shop|data-0",
        "there|/var/lib/slipway/volumes/b|worker-1|shop|data-1",
        "kept|/var/lib/slipway/kept/shop/dumps||shop|dumps",
        "unknown|/var/lib/slipway/kept/shop/gone||shop|gone",
        "cloud||||",
        "made-anew|/var/lib/slipway/volumes/c|worker-0|shop|data-2",
        "",
      ].join("\n"),
    );
    machine.tell("volume-of-data-0", "lost");
    machine.tell("volume-of-gone", "unknown");
    machine.tell("volume-of-data-2", "another");
    const deleted = machine
      .boot()
      .calls.filter((call) => call.includes(" delete "))
      .map((call) => call.replace(/^.* delete (\S+ \S+).*$/, "$1"));
    expect([...new Set(deleted)]).toEqual([
      ...["persistentvolumeclaim data-0", "persistentvolume lost"],
      ...["persistentvolumeclaim gone", "persistentvolume unknown", "persistentvolume made-anew"],
    ]);
    expect(machine.has("var/lib/etcd/slipway-restored")).toBe(false);
  });

  it("has no data when the snapshot cannot be restored, and tells the step", () => {
    machine.tell("bad-snapshot", "");
    const { said, status } = machine.boot();
    expect(status).toBe(1);
    expect(said.at(-1)).toMatch(/^failed restoring etcd from .*snapshot\.db$/);
    expect(machine.has("var/lib/etcd/member")).toBe(false);
  });
});
