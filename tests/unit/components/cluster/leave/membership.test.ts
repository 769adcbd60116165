import { runtime } from "@pulumi/pulumi";

import {
  fateOfNode,
  type MembershipInputs,
  membershipProvider,
} from "../../../../../components/cluster/leave/membership";

const inputs: MembershipInputs = {
  cluster: "dev",
  machine: "worker-0",
  isControlPlane: false,
  machineId: "1",
  members: ["control-plane-0", "worker-0"],
  kubeconfig: "k",
};

const diff = async (changes: Partial<MembershipInputs>) =>
  await membershipProvider.diff?.("id", inputs, { ...inputs, ...changes });

describe("the Node of a machine that is taken away", () => {
  const instance = "aws:///eu-central-1a/i-0123";

  it("is kept for the machine that comes back, unless it says which instance it is", () => {
    expect(fateOfNode(false, "1")).toBe("kept");
    expect(fateOfNode(false, "i-0123", instance)).toBe("deleted");
  });

  it("is left alone when another instance has taken its place already", () => {
    expect(fateOfNode(false, "i-0456", instance)).toBe("another's");
  });

  it("goes with a machine that goes for good", () => {
    expect([fateOfNode(true, "1"), fateOfNode(true, "i-0123", instance)]).toEqual(["deleted", "deleted"]);
  });
});

describe("a membership", () => {
  it("ends before its machine is made anew", async () => {
    expect(await diff({ machineId: "2" })).toEqual({
      changes: true,
      replaces: ["machineId"],
      deleteBeforeReplace: true,
    });
  });

  it("stays when others come and go, or the kubeconfig is renewed", async () => {
    expect(await diff({ members: ["control-plane-0"] })).toEqual({ changes: true });
    expect(await diff({ kubeconfig: "renewed" })).toEqual({ changes: true });
    expect(await diff({})).toEqual({ changes: false });
  });

  it("captures no secret, and little else, in the state", async () => {
    const { text, containsSecrets } = await runtime.serializeFunction(() => membershipProvider, {
      allowSecrets: true,
    });
    expect(containsSecrets).toBe(false);
    // A library captured by value would be hundreds of kilobytes.
    expect(text.length).toBeLessThan(40_000);
  });
});
