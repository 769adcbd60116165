import { X509Certificate } from "node:crypto";

import { parse } from "yaml";

import { madeCertificate } from "../../support/stub-machine";
import { bring, machineOf, made, nodeOf } from "../../support/stub-machine/machines";

const configured = "kubeadm init phase kubelet-start";

describe("a first boot", () => {
  it("of a worker without a token waits for the certificate of its kubelet, which root alone can read", () => {
    const machine = machineOf("worker");
    machine.tell("api", "");
    machine.tell("admission");
    expect(machine.boot(2).said.at(-1)).toBe("step waiting for the certificate of its kubelet");
    bring(machine, "worker");
    machine.boot();
    const current = machine.read("var/lib/kubelet/pki/kubelet-client-current.pem");
    expect(current).toBe(`${made.leaf}key\n`);
    expect(machine.read("var/lib/kubelet/pki/kubelet-server-current.pem")).toBe(current);
    expect(parse(machine.read("etc/kubernetes/kubelet.conf"))).toMatchObject({
      clusters: [{ cluster: { server: "https://10.88.0.2:6443" } }],
      users: [{ user: { "client-certificate": "/var/lib/kubelet/pki/kubelet-client-current.pem" } }],
    });
    expect(machine.mode("etc/kubernetes/kubelet.conf")).toBe("600");
    expect(machine.read("etc/kubernetes/pki/ca.crt")).toBe(made.authority.certificate);
    expect(machine.mode("run/slipway")).toBe("700");
    expect(machine.has("run/slipway/admission.pem")).toBe(false);
  });

  it("says nothing that holds the token, on the console or in a log that others read", () => {
    const machine = machineOf("token worker");
    machine.tell("api", "");
    machine.tell("join.fails", "nothing\n");
    expect(machine.boot().said.join("\n")).not.toContain("0123456789abcdef");
    expect(machine.mode("run/slipway")).toBe("700");
    expect(machine.mode("run/slipway/discovery.conf")).toBe("600");
  });

  it("of a control plane signs what its kubelet answers with, for its name and address alone", () => {
    const machine = machineOf("first");
    machine.boot();
    const serving = new X509Certificate(machine.read("var/lib/kubelet/pki/kubelet-server-current.pem"));
    expect(serving.verify(new X509Certificate(made.authority.certificate).publicKey)).toBe(true);
    expect(serving.subject).toBe("O=system:nodes\nCN=system:node:control-plane-0");
    expect(serving.subjectAltName).toBe("DNS:control-plane-0, IP Address:10.88.0.8");
    expect(serving.ca).toBe(false);
  });

  it("has the timer look after the certificates", () => {
    const machine = machineOf("first");
    machine.boot();
    expect(machine.heard("timer")).toBe("");
  });
});

describe("init over data", () => {
  it("ends tokens that clusters of before had, and that had no end", () => {
    const machine = nodeOf("first");
    machine.lose("etc/kubernetes/slipway-applied");
    machine.tell("endless-tokens", "bootstrap-token-abcdef ");
    expect(machine.boot().calls).toContainEqual(
      expect.stringMatching(/^kubectl .* delete secrets bootstrap-token-abcdef$/),
    );
  });
});

describe("a worker", () => {
  it.each(["client", "server"])(
    "whose %s certificate is over takes another, and stays the node that it is",
    async (use) => {
      const machine = nodeOf("worker");
      machine.write(`var/lib/kubelet/pki/kubelet-${use}-current.pem`, await madeCertificate("over", 400));
      machine.tell("api", "");
      const { calls, said } = machine.boot();
      expect(calls).toEqual([configured]);
      expect(said).toContain("step waiting for the certificate of its kubelet");
    },
  );

  it("of before loses the key that it was given for as long as the authority", () => {
    const machine = nodeOf("worker");
    machine.lose("etc/kubernetes/slipway-applied");
    machine.write("etc/kubernetes/kubelet/serving.key", "key");
    machine.boot();
    expect(machine.has("etc/kubernetes/kubelet")).toBe(false);
  });
});
