import { madeCertificate, type StubMachine } from "../../support/stub-machine";
import { nodeOf } from "../../support/stub-machine/machines";

/** A control plane whose API answers, and whose leaves have so many days of their year left. */
async function controlPlaneWith(daysLeft: number): Promise<StubMachine> {
  const machine = nodeOf("first");
  machine.boot();
  machine.tell("own-api", "");
  machine.write("etc/kubernetes/pki/apiserver.crt", await madeCertificate("old", 365 - daysLeft));
  machine.tell("new-leaf.crt", await madeCertificate("new"));
  for (const name of ["kube-controller-manager", "kube-scheduler", "kube-apiserver"])
    machine.write(`etc/kubernetes/manifests/${name}.yaml`, "metadata:\n  labels:\n    tier: control-plane\n");
  return machine;
}

const renewed = (calls: readonly string[]): boolean => calls.includes("kubeadm certs renew all");
const manifest = (machine: StubMachine, name: string): string =>
  machine.read(`etc/kubernetes/manifests/${name}.yaml`);

describe("the timer of a control plane", () => {
  it("leaves certificates alone that have more than a quarter left, and says once on its Node when they end", async () => {
    const machine = await controlPlaneWith(100);
    const { calls } = machine.certificates("mind");
    expect(renewed(calls)).toBe(false);
    expect(calls.at(-1)).toMatch(/annotate node control-plane-0 .*slipway.dev\/certificates-end=\d+/);
    expect(machine.certificates("mind").calls).toEqual([]);
  });

  it("renews what has less left, under a Lease, and makes the pods anew that hold theirs", async () => {
    const machine = await controlPlaneWith(80);
    const { calls, status } = machine.certificates("mind");
    expect(status).toBe(0);
    const order = calls
      .map((call) => /create|certs renew|delete lease|annotate/.exec(call)?.[0])
      .filter(Boolean);
    expect(order).toEqual(["create", "certs renew", "delete lease", "annotate"]);
    for (const name of ["kube-controller-manager", "kube-scheduler"])
      expect(manifest(machine, name)).toMatch(/labels:\n {4}slipway.dev\/certificates-end: "\d+"\n/);
    expect(manifest(machine, "kube-apiserver")).not.toContain("certificates-end");
    expect(renewed(machine.certificates("mind").calls)).toBe(false);
  });

  it("waits while another machine has its turn, and not for one that never ended", async () => {
    const machine = await controlPlaneWith(80);
    machine.tell("lease", `control-plane-1 ${new Date().toISOString()} 7`);
    expect(renewed(machine.certificates("mind").calls)).toBe(false);
    machine.tell("lease", `control-plane-1 ${new Date(Date.now() - 600_000).toISOString()} 7`);
    expect(renewed(machine.certificates("mind").calls)).toBe(true);
  });

  it("asks nobody when its own API does not answer, as when that one's certificate is over", async () => {
    const machine = await controlPlaneWith(-1);
    machine.tell("lease", `control-plane-1 ${new Date().toISOString()} 7`);
    machine.tell("own-api");
    expect(renewed(machine.certificates("mind").calls)).toBe(true);
  }, 90_000);
});

it("an update has them renewed whatever is left", async () => {
  const machine = await controlPlaneWith(300);
  expect(renewed(machine.certificates("renew").calls)).toBe(true);
});

it("a worker signs nothing", () => {
  const machine = nodeOf("worker");
  machine.boot();
  expect(renewed(machine.certificates("mind").calls)).toBe(false);
});
