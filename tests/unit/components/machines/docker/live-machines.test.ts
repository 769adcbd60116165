import { type DockerLines, liveMachines } from "../../../../../components/machines/docker/live-machines";

const container = (name: string, changes: object = {}): string =>
  JSON.stringify({
    id: `id-${name}`,
    name: `slipway-test-${name}`,
    state: "running",
    revision: "r",
    kubernetesVersion: "1.36.3",
    ...changes,
  });

/** A `docker` command that lists these, and remembers how it was asked. */
function dockerWith(containers: string[], volumes: string[]): { docker: DockerLines; asked: string[][] } {
  const asked: string[][] = [];
  const docker: DockerLines = (...args) => {
    asked.push(args);
    return Promise.resolve(args[0] === "volume" ? volumes : containers);
  };
  return { docker, asked };
}

describe("an environment's machines", () => {
  it("are its containers, with what they were made of, and the disks that have none", async () => {
    const { docker } = dockerWith(
      [
        container("worker-0"),
        container("worker-1", { state: "exited", revision: "", kubernetesVersion: "" }),
      ],
      ["slipway-test-worker-0", "slipway-test-worker-1", "slipway-test-worker-2"],
    );
    expect(await liveMachines({ environment: "test" }, docker)).toEqual([
      { name: "worker-0", id: "id-worker-0", state: "running", revision: "r", kubernetesVersion: "1.36.3" },
      { name: "worker-1", id: "id-worker-1", state: "stopped" },
      { name: "worker-2", state: "gone" },
    ]);
  });

  it("are the owner's only, and no registry or load balancer", async () => {
    const { docker, asked } = dockerWith([], []);
    await liveMachines({ environment: "test", owner: "me" }, docker);
    expect(asked).toHaveLength(2);
    for (const args of asked) {
      expect(args).toEqual(
        expect.arrayContaining([
          "label=slipway.environment=test",
          "label=slipway.owner=me",
          "label=slipway.role",
        ]),
      );
    }
  });
});
