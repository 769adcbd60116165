import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const script = join(__dirname, "../../../../components/platform/files/publish-cni-conf.sh");

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
