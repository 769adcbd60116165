import { runtime } from "@pulumi/pulumi";

import {
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
