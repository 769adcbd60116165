import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

const guard = path.join(__dirname, "../../../machine-image/rootfs/usr/lib/slipway/guard-disk");

/** What the machine's own program makes of an expression. */
function ask(expression: string): unknown {
  const program = `import importlib.machinery, json
guard = importlib.machinery.SourceFileLoader("guard", ${JSON.stringify(guard)}).load_module()
print(json.dumps(${expression}))`;
  const { stdout, stderr, status } = spawnSync("python3", ["-W", "ignore", "-B", "-c", program], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

const gibi = 2 ** 30;
const mega = 1e6;

it("acts when the kubelets' threshold is nearer than they look", () => {
  const late: readonly (readonly [free: number, rate: number, isLate: boolean])[] = [
    // At 300 MB/s twelve seconds are 3.6 GB.
    [1 * gibi + 3599 * mega, 300 * mega, true],
    [1 * gibi + 3601 * mega, 300 * mega, false],
    [1 * gibi + 50 * mega, 5 * mega, true],
    [2 * gibi, 5 * mega, false],
    // A disk that is full and stays so is the kubelets' affair.
    [0, 0, false],
    [0, -50 * mega, false],
    [0.5 * gibi, 0.9 * mega, false],
  ];
  const questions = JSON.stringify(late.map(([free, rate]) => [free, rate]));
  expect(ask(`[guard.is_late(*each) for each in ${questions}]`)).toEqual(late.map(([, , isLate]) => isLate));
});

it("goes by what was free first and last", () => {
  expect(ask("guard.filling([(10.0, 5000), (11.0, 9000), (14.0, 1000)])")).toBe(1000);
  expect(ask("guard.filling([(10.0, 5000)])")).toBe(0);
});

describe("what pods write", () => {
  let proc: string;

  beforeEach(() => {
    proc = mkdtempSync(path.join(tmpdir(), "slipway-proc-"));
  });

  afterEach(() => {
    rmSync(proc, { recursive: true });
  });

  function processIs(pid: number, cgroup: string, written?: number): void {
    mkdirSync(path.join(proc, String(pid)));
    writeFileSync(path.join(proc, String(pid), "cgroup"), cgroup);
    if (written === undefined) return;
    writeFileSync(
      path.join(proc, String(pid), "io"),
      `rchar: 7\nwrite_bytes: ${written}\ncancelled_write_bytes: 0\n`,
    );
  }

  const hog = "0a1b2c3d-0000-4000-8000-00000000000a";

  it("is read of their processes, not of the machine's own nor of static pods", () => {
    processIs(1, "4:memory:/init.scope\n0::/init.scope\n", 900);
    processIs(
      20,
      `4:memory:/kubepods/besteffort/pod${hog}/5f3c\n1:name=systemd:/kubepods/besteffort/pod${hog}/5f3c\n`,
      100,
    );
    // cgroup v2
    processIs(21, `0::/kubepods/burstable/pod0a1b2c3d-0000-4000-8000-00000000000b/77aa\n`, 50);
    processIs(22, "0::/kubepods/burstable/pod5d41402abc4b2a76b9719d911017c592/77ab\n", 800);
    // It has ended in between.
    processIs(23, `0::/kubepods/besteffort/pod${hog}/5f3c\n`);
    expect(
      ask(`sorted([*key, value] for key, value in guard.written(${JSON.stringify(proc)}).items())`),
    ).toEqual([
      [hog, 20, 100],
      ["0a1b2c3d-0000-4000-8000-00000000000b", 21, 50],
    ]);
  });

  it("counts all processes of a pod, those that are new with everything", () => {
    const before = "{('a', 1): 100, ('b', 2): 1000, ('a', 9): 5000}";
    const after = "{('a', 1): 300, ('a', 3): 250, ('b', 2): 1400}";
    expect(ask(`guard.fastest(${before}, ${after}, 2)`)).toEqual(["a", 225]);
    expect(ask("guard.fastest({}, {}, 1)")).toEqual([null, 0]);
  });
});
