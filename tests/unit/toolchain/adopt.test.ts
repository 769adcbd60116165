import { ownersOf } from "../../../toolchain/adopt";

const resource = (kind: string, id: string) => ({
  urn: `urn:pulumi:dev::slipway::docker:index/${kind}::${id}`,
  type: `docker:index/${kind}`,
  id,
});
const seen = (id: string, owner?: string) => ({
  id,
  name: id,
  labels: ["slipway.environment=dev", ...(owner === undefined ? [] : [`slipway.owner=${owner}`])],
});

it("takes an environment's owner from what its state has in Docker, and from nothing else", () => {
  const resources = [
    resource("container:Container", "c1"),
    resource("volume:Volume", "v1"),
    resource("other", "n1"),
  ];
  const docker = {
    containers: [
      { ...seen("c1", "a1"), state: "running" },
      { ...seen("c2", "b2"), state: "running" },
    ],
    volumes: [seen("v1", "a1"), seen("v2", "b2")],
    networks: [seen("n1", "b2")],
  };
  expect(ownersOf(resources, docker)).toEqual(["a1"]);
  expect(ownersOf(resources, { ...docker, volumes: [seen("v1", "b2")] })).toEqual(["a1", "b2"]);
  expect(ownersOf([], docker)).toEqual([]);
});
