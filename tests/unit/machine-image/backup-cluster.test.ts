import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

import { backupNotes, parseLatest } from "../../../components/cluster/backup/backup-status";
import { parsePublicDescription } from "../../../toolchain/cluster-backups/description";
import { madeCertificate } from "../../support/stub-machine";

const program = path.join(__dirname, "../../../machine-image/rootfs/usr/lib/slipway/backup-cluster");
let authority = "";
let folder = "";

/** Programs of the machine's, as far as the backup asks them. WORLD has what they know. */
const stubs: Readonly<Record<string, string>> = {
  kubectl: `case "$*" in
  *" get configmap "*) cat "$WORLD/configmap" 2>/dev/null || true ;;
  *annotate*) for last; do :; done; echo "$last" >>"$WORLD/notes" ;;
esac`,
  ctr: `case "$*" in
  *"endpoint status"*) cat "$WORLD/status" ;;
  *"snapshot save"*) [ ! -e "$WORLD/broken" ] || { echo 'level=warning msg="a warning"' >&2; echo "no space left" >&2; exit 1; }
    echo "a snapshot" >"$SLIPWAY_ROOT/var/lib/slipway/backup/snapshot.db" ;;
  *"snapshot status"*) echo '{"hash":1,"revision":42,"totalKey":7,"totalSize":10}' ;;
esac`,
  // It is not installed everywhere that tests run: what it is told, and what it is given, is kept.
  age: `echo "$*" >"$WORLD/age"; while [ "$1" != --output ]; do shift; done; tee "$WORLD/clear.tar.gz" | tr a-z b-za >"$2"`,
};

const leader = (isLeader: boolean): string =>
  JSON.stringify([{ Status: { leader: 1, header: { member_id: isLeader ? 1 : 2 } } }]);

function write(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
  writeFileSync(path.join(folder, file), text);
}

function configure(annotations: Record<string, string>, made = new Date(Date.now() - 2 * 3_600_000)): void {
  const data = {
    ...{ environment: "dev", recipient: "age1recipient", intervalMinutes: "60" },
    ...{ folder: "/kept/.cluster-backups", hourly: "24", daily: "7", weekly: "4" },
  };
  const creationTimestamp = made.toISOString().replace(/\.\d+/, "");
  write("world/configmap", JSON.stringify({ metadata: { creationTimestamp, annotations }, data }));
}

beforeAll(async () => {
  authority = await madeCertificate("kubernetes");
});

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "slipway-backup-"));
  for (const [name, script] of Object.entries(stubs)) {
    write(`bin/${name}`, `#!/bin/bash\n${script}\n`);
    chmodSync(path.join(folder, "bin", name), 0o755);
  }
  write("root/etc/kubernetes/manifests/etcd.yaml", "    image: registry.k8s.io/etcd:3.6.8-0\n");
  write(
    "root/etc/kubernetes/manifests/kube-apiserver.yaml",
    "    image: registry.k8s.io/kube-apiserver:v1.36.3\n",
  );
  write("root/etc/kubernetes/api-server/encryption.yaml", "resources: []\n");
  write("root/etc/slipway/ca.crt", authority);
  write("root/etc/slipway/pki/ca.key", "a key");
  write("root/kept/other", "");
  write("world/status", leader(true));
  configure({});
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function run(): { status: number | null; output: string; notes: Record<string, string> } {
  rmSync(path.join(folder, "world/notes"), { force: true });
  const { status, stdout, stderr } = spawnSync("python3", ["-B", program], {
    encoding: "utf8",
    env: {
      PATH: `${path.join(folder, "bin")}:${process.env.PATH ?? ""}`,
      SLIPWAY_ROOT: path.join(folder, "root"),
      WORLD: path.join(folder, "world"),
    },
  });
  const file = path.join(folder, "world/notes");
  const lines = existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
  const notes = lines.map((line) => line.split(/=(.*)/s).slice(0, 2) as [string, string]);
  return { status, output: stdout + stderr, notes: Object.fromEntries(notes) };
}

const kept = (): string[] => {
  const place = path.join(folder, "root/kept/.cluster-backups");
  return existsSync(place) ? readdirSync(place).sort() : [];
};

test("the leader saves, verifies, encrypts to the recovery key, keeps, and notes a backup", () => {
  const { status, notes, output } = run();
  expect([status, output]).toEqual([
    0,
    expect.stringMatching(/^backed up 7 keys to \d{8}T\d{6}Z, \d+ bytes\n$/),
  ]);
  const latest = parseLatest(notes[backupNotes.latest]);
  expect(latest).toMatchObject({ keys: 7, revision: 42, request: "" });
  expect(notes[backupNotes.failed]).toBe("");
  const name = latest?.name ?? "";
  expect(kept()).toEqual([`${name}.age`, `${name}.json`]);
  const described = readFileSync(path.join(folder, `root/kept/.cluster-backups/${name}.json`), "utf8");
  expect(parsePublicDescription(described)).toMatchObject({
    ...{ environment: "dev", kubernetesVersion: "1.36.3", etcdVersion: "3.6.8", keys: 7, revision: 42 },
    bundle: latest?.bundle,
  });
  expect(readFileSync(path.join(folder, "world/age"), "utf8")).toContain(
    "--encrypt --recipient age1recipient --output ",
  );
  const content = spawnSync("tar", ["--list", "--gzip", "--file", path.join(folder, "world/clear.tar.gz")], {
    encoding: "utf8",
  });
  expect(content.stdout.trim().split("\n")).toEqual([
    ...[
      "description.json",
      "identity/pki/",
      "identity/pki/ca.key",
      "identity/encryption.yaml",
      "snapshot.db",
    ],
  ]);
});

test("nothing of it stays on the machine, and what is kept is root's alone", () => {
  run();
  expect(existsSync(path.join(folder, "root/var/lib/slipway/backup"))).toBe(false);
  const place = path.join(folder, "root/kept/.cluster-backups");
  expect(statSync(place).mode & 0o777).toBe(0o700);
  for (const file of kept()) expect(statSync(path.join(place, file)).mode & 0o777).toBe(0o600);
});

test.each([
  [
    "who does not lead etcd",
    () => {
      write("world/status", leader(false));
    },
  ],
  [
    "in the first hour of a cluster",
    () => {
      configure({}, new Date());
    },
  ],
  [
    "an hour has not gone by",
    () => {
      configure({
        [backupNotes.latest]: JSON.stringify({
          name: "n",
          time: new Date(Date.now() - 3_000_000).toISOString().replace(/\.\d+/, ""),
          request: "",
        }),
      });
    },
  ],
  [
    "it is switched off",
    () => {
      rmSync(path.join(folder, "world/configmap"));
    },
  ],
])("there is none: %s", (_, arrange) => {
  arrange();
  expect(run()).toEqual({ status: 0, output: "", notes: {} });
  expect(kept()).toEqual([]);
});

test("one that was asked for is made at once, and once", () => {
  configure({ [backupNotes.requested]: "now" }, new Date());
  const { notes } = run();
  expect(parseLatest(notes[backupNotes.latest])?.request).toBe("now");
  configure(
    { [backupNotes.requested]: "now", [backupNotes.latest]: notes[backupNotes.latest] ?? "" },
    new Date(),
  );
  expect(run().notes).toEqual({});
});

test("one that fails is noted with the reason, leaves nothing, and is tried again", () => {
  write("world/broken", "");
  const { status, notes } = run();
  expect(status).toBe(1);
  expect(notes).toEqual({
    [backupNotes.failed]: expect.stringMatching(/^\d{8}T\d{6}Z \S+ ctr: no space left$/) as string,
  });
  expect(kept()).toEqual([]);
  expect(existsSync(path.join(folder, "root/var/lib/slipway/backup"))).toBe(false);
  rmSync(path.join(folder, "world/broken"));
  expect(run().status).toBe(0);
});

test("those that the policy does not keep go, with what a killed one left; what is none stays", () => {
  const old = ["20260101T100000Z", "20260101T101500Z", "20260101T103000Z"];
  for (const name of old) {
    for (const ending of ["age", "json"]) write(`root/kept/.cluster-backups/${name}.${ending}`, "");
  }
  write("root/kept/.cluster-backups/half.age.part", "");
  write("root/kept/.cluster-backups/README", "");
  const { notes, output } = run();
  const name = parseLatest(notes[backupNotes.latest])?.name ?? "";
  const stay = [old[2] ?? "", name].flatMap((each) => [`${each}.age`, `${each}.json`]);
  expect(kept()).toEqual([...stay, "README"]);
  expect(output).toContain("removed 20260101T100000Z, 20260101T101500Z\n");
});
