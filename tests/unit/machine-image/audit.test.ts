import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

const audit = path.join(__dirname, "../../../machine-image/rootfs/usr/lib/slipway/audit");

let root: string;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "slipway-audit-"));
  write("etc/slipway/bootstrap.env", "ROLE=join-worker\n");
  write("etc/a file", "first\n");
  write("etc/kubernetes/manifests/etcd.yaml", "kind: Pod\n");
  write("etc/kubernetes/kubelet.conf", "kind: Config\n");
  write("usr/lib/slipway/bootstrap", "#!/bin/bash\n");
  write("usr/lib/slipway/containerd/store/image-id", "1\n");
  write("var/lib/kubelet/config.yaml", "kind: KubeletConfiguration\n");
  program("systemctl", "exit 0");
  // As on a machine without kube-proxy: what its rules are is seen on real ones.
  program("pgrep", "exit 1");
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

function write(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), text);
}

function program(name: string, text: string): void {
  write(`bin/${name}`, `#!/bin/bash\n${text}\n`);
  chmodSync(path.join(root, "bin", name), 0o755);
}

function run(...args: string[]): string[] {
  const env = { ...process.env, SLIPWAY_ROOT: root, PATH: `${root}/bin:${process.env.PATH ?? ""}` };
  return execFileSync("bash", [audit, ...args], { env, encoding: "utf8" })
    .split("\n")
    .filter((line) => line !== "");
}

describe("a machine's audit", () => {
  it("says nothing before it knows how the machine was made, and where all is as it was", () => {
    expect(run()).toEqual([]);
    expect(run("record")).toEqual([]);
    expect(run()).toEqual([]);
  });

  it("names each file that was changed, added or taken away", () => {
    run("record");
    write("etc/a file", "second\n");
    write("etc/kubernetes/manifests/etcd.yaml", "kind: Pod # edited\n");
    write("etc/cron.d/mine", "x\n");
    rmSync(path.join(root, "var/lib/kubelet/config.yaml"));
    expect(run()).toEqual([
      "the file /etc/a file was changed",
      "the file /etc/cron.d/mine was added",
      "the file /etc/kubernetes/manifests/etcd.yaml was changed",
      "the file /var/lib/kubelet/config.yaml is gone",
    ]);
  });

  it("knows the line by which a pod is made anew when its certificate is", () => {
    run("record");
    write("etc/kubernetes/manifests/etcd.yaml", 'slipway.dev/certificates-end: "1"\nkind: Pod\n');
    expect(run()).toEqual([]);
  });

  it("does not go by what is renewed, or written by others", () => {
    run("record");
    write("etc/kubernetes/kubelet.conf", "kind: Config # renewed\n");
    write("etc/cni/net.d/10-kube-router.conflist", "{}\n");
    write("etc/hosts", "127.0.0.1 localhost\n");
    write("usr/lib/slipway/containerd/store/image-id", "2\n");
    expect(run()).toEqual([]);
  });

  it("goes by how the machine was made, not by how it was when it started last", () => {
    run("record");
    write("etc/a file", "second\n");
    run("record");
    expect(run()).toEqual(["the file /etc/a file was changed"]);
  });

  it("names services that do not run", () => {
    run("record");
    program("systemctl", '[ "$3" != kubelet ]');
    expect(run()).toEqual(["the service kubelet does not run"]);
  });
});
