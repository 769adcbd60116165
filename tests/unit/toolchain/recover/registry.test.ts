import type { ResourceState } from "../../../../toolchain/recover/deployment";
import { apartFromRegistry } from "../../../../toolchain/recover/registry";

const registry: ResourceState = {
  urn: "urn:registry",
  type: "docker:index/container:Container",
  inputs: { name: "slipway-dev-registry" },
};
const image: ResourceState = {
  urn: "urn:image",
  type: "docker:index/registryImage:RegistryImage",
  dependencies: [registry.urn],
};
const deployment = (dependencies: readonly string[]): ResourceState => ({
  urn: "urn:cart",
  type: "kubernetes:apps/v1:Deployment",
  dependencies,
  propertyDependencies: { metadata: ["urn:shop"], spec: dependencies },
});

describe("a state of before, in which workloads depend on the registry's container", () => {
  it("has them depend on nothing in Docker any more", () => {
    const before = { resources: [registry, image, deployment(["urn:shop", registry.urn, image.urn])] };
    expect(apartFromRegistry(before)).toEqual({ resources: [registry, image, deployment(["urn:shop"])] });
  });

  it("stays as it is where they do not", () => {
    const now = { resources: [registry, image, deployment(["urn:shop", image.urn])] };
    expect(apartFromRegistry(now)).toBe(now);
    expect(apartFromRegistry({})).toEqual({});
  });
});
