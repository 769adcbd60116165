import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const files = join(__dirname, "../../../../components/platform/files");
const script = join(files, "publish-cni-conf.sh");

let folder: string;
let published: string;
let written: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "slipway-cni-"));
  published = mkdtempSync(join(folder, "net.d-"));
  written = join(folder, "10-kube-router.conflist");
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

test("waits for the pod subnet, then publishes the whole file under its name", async () => {
  writeFileSync(written, '{"plugins":[{"ipam":{"type":"host-local"}}]}');
  const shell = spawn("sh", [script, written, published], { stdio: "ignore" });
  const ended = once(shell, "exit");

  await delay(300);
  expect(readdirSync(published)).toEqual([]);

  const complete = '{"plugins":[{"ipam":{"type":"host-local","ranges":[[{"subnet":"10.244.1.0/24"}]]}}]}';
  writeFileSync(written, complete);
  expect(await ended).toEqual([0, null]);
  expect(readdirSync(published)).toEqual(["10-kube-router.conflist"]);
  expect(readFileSync(join(published, "10-kube-router.conflist"), "utf8")).toBe(complete);
});

test("replaces what an earlier run published", async () => {
  writeFileSync(join(published, "10-kube-router.conflist"), "old");
  writeFileSync(written, '{"subnet":"10.244.2.0/24"}');
  const [code] = (await once(spawn("sh", [script, written, published]), "exit")) as [number];
  expect(code).toBe(0);
  expect(readFileSync(join(published, "10-kube-router.conflist"), "utf8")).toBe('{"subnet":"10.244.2.0/24"}');
});

test("kube-router's start publishes it too: a kubelet that is started anew meanwhile calls no hook", async () => {
  const [configuration, programs] = [join(folder, "cni.conflist"), mkdtempSync(join(folder, "bin-"))];
  writeFileSync(configuration, "{}");
  const complete = '{"subnet":"10.244.3.0/24"}';
  const stubs = {
    "kube-router": `sleep 0.3; printf '%s' '${complete}' >"$1"; exec sleep 60`,
    iptables: "exit 0",
  };
  for (const [name, text] of Object.entries(stubs)) {
    writeFileSync(join(programs, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  }
  const start = readFileSync(join(files, "start-kube-router.sh"), "utf8");
  const shell = spawn("sh", ["-c", start, "start-kube-router", configuration, written, published, written], {
    stdio: "ignore",
    env: { PATH: `${programs}:${process.env.PATH ?? ""}` },
  });
  try {
    const file = join(published, "10-kube-router.conflist");
    while (!existsSync(file)) await delay(50);
    expect(readFileSync(file, "utf8")).toBe(complete);
    expect(readdirSync(published)).toEqual(["10-kube-router.conflist"]);
    expect(shell.exitCode).toBeNull();
  } finally {
    shell.kill("SIGKILL");
  }
});
