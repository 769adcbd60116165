import { machineDrift } from "../../../../toolchain/drift/machines";
import type { ResourceState } from "../../../../toolchain/recover/deployment";

const container = (machine: string, labels: string[] = ["slipway.role=worker"]): ResourceState => ({
  urn: `urn:pulumi:dev::slipway::docker:index/container:Container::${machine}`,
  type: "docker:index/container:Container",
  id: `id-${machine}`,
  inputs: {
    name: `slipway-dev-${machine}`,
    labels: ["slipway.environment=dev", ...labels].map((text) => {
      const [label, value] = text.split("=");
      return { label, value };
    }),
  },
});

const seen = (states: Record<string, string>) => ({
  containers: Object.entries(states).map(([name, state]) => ({ id: `id-${name}`, name, labels: [], state })),
});

describe("what machines say of themselves", () => {
  it("is asked of those that run, and of no load balancer", async () => {
    const asked: string[] = [];
    const drift = await machineDrift(
      [container("worker-0"), container("worker-1"), container("load-balancer", [])],
      seen({ "worker-0": "running", "worker-1": "exited", "load-balancer": "running" }),
      (id, program) => {
        asked.push(`${id} ${program}`);
        return Promise.resolve("the file /etc/hosts.allow was added\nthe service kubelet does not run\n");
      },
    );
    expect(asked).toEqual(["id-worker-0 /usr/lib/slipway/audit"]);
    expect(drift).toEqual([
      {
        machine: "worker-0",
        problems: ["the file /etc/hosts.allow was added", "the service kubelet does not run"],
      },
    ]);
  });

  it("is nothing of one that was made before they could, and a problem of one that cannot", async () => {
    const fails = (code: number) => () =>
      Promise.reject(Object.assign(new Error("Command failed\nout of memory"), { code }));
    const ask = (code: number) =>
      machineDrift([container("worker-0")], seen({ "worker-0": "running" }), fails(code));
    expect(await ask(127)).toEqual([{ machine: "worker-0", problems: [] }]);
    expect(await ask(1)).toEqual([
      { machine: "worker-0", problems: ["it cannot look at itself: out of memory"] },
    ]);
  });
});
