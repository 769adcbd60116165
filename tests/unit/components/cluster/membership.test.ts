import { runtime } from "@pulumi/pulumi";

import { type MembershipInputs, membershipProvider } from "../../../../components/cluster/membership";

const inputs: MembershipInputs = {
  cluster: "dev",
  machine: "worker-0",
  machineId: "1",
  labels: { disk: "fast" },
  taints: [],
  kubeconfig: "k",
};

const diff = async (changes: Partial<MembershipInputs>) =>
  await membershipProvider.diff?.("id", inputs, { ...inputs, ...changes });

describe("a membership", () => {
  it.each<Partial<MembershipInputs>>([
    { machineId: "2" },
    { labels: {} },
    { taints: [{ key: "gpu", effect: "NoSchedule" }] },
    { kubeconfig: "renewed" },
  ])("is updated, never replaced, when this changes: %j", async (changes) => {
    expect(await diff(changes)).toEqual({ changes: true });
  });

  it("stays as it is when nothing changes", async () => {
    expect(await diff({})).toEqual({ changes: false });
  });

  it("leaves what has to happen before its machine goes to the program", () => {
    expect(membershipProvider.delete).toBeUndefined();
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
