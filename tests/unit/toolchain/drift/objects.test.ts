import { driftOf } from "../../../../toolchain/drift/objects";
import type { ResourceState } from "../../../../toolchain/recover/deployment";

const metadata = { name: "cart", namespace: "shop" };

const deployment = (): ResourceState => {
  const object = { apiVersion: "apps/v1", kind: "Deployment", metadata, spec: { replicas: 2 } };
  return {
    urn: "urn",
    type: "kubernetes:apps/v1:Deployment",
    inputs: object,
    outputs: { ...object, status: { replicas: 2 } },
  };
};

const live = (spec: object, managers: readonly object[] = []): object => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { ...metadata, managedFields: managers },
  spec,
  status: { replicas: 1 },
});

describe("an object of the cluster", () => {
  it("has not drifted when it is what it was, whatever its status", () => {
    expect(driftOf(deployment(), live({ replicas: 2, paused: false }))).toEqual([]);
  });

  it("is told when it is gone", () => {
    expect(driftOf(deployment(), undefined)).toMatchObject([{ text: "Deployment shop/cart is gone" }]);
  });

  it("is told with what was changed and who did it last", () => {
    const managers = [
      { manager: "kubectl", time: "2026-11-30T10:00:00Z" },
      { manager: "kubectl-edit", time: "2026-11-30T11:00:00Z" },
      { manager: "kube-controller-manager", time: "2026-11-30T12:00:00Z", subresource: "status" },
      { manager: "pulumi-kubernetes-1", time: "2026-11-30T13:00:00Z" },
    ];
    expect(driftOf(deployment(), live({ replicas: 5 }, managers))).toMatchObject([
      { text: "Deployment shop/cart was changed by kubectl-edit: spec.replicas is 5, and was 2" },
    ]);
  });

  it("has not drifted where an autoscaler has decided on its replicas", () => {
    expect(driftOf(deployment(), live({ replicas: 5 }), true)).toEqual([]);
  });

  it("shows no value of a Secret", () => {
    const object = { apiVersion: "v1", kind: "Secret", metadata, data: { password: "eA==" } };
    const secret = { urn: "urn", type: "kubernetes:core/v1:Secret", inputs: object, outputs: object };
    const [drift] = driftOf(secret, { ...object, data: { password: "eQ==" } });
    expect(drift?.text).toBe("Secret shop/cart was changed: data.password is another");
  });
});
