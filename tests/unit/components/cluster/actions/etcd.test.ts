import { silentMembers } from "../../../../../components/cluster/actions/etcd";

const members = [0, 1, 2].map((index) => ({
  ID: String(index),
  name: `control-plane-${index}`,
  clientURLs: [`https://10.0.0.${index + 8}:2379`],
}));

describe("members of etcd that do not answer", () => {
  it("have their control planes' names", () => {
    const said = [
      "https://10.0.0.9:2379 is unhealthy: failed to commit proposal: context deadline exceeded",
      "Error: unhealthy cluster",
    ];
    expect(silentMembers(said.join("\n"), members)).toBe("control-plane-1");
  });

  it("are told in etcdctl's words where it names none", () => {
    expect(silentMembers("Error: etcdctl endpoint health: timed out\n", members)).toBe(
      "Error: etcdctl endpoint health: timed out",
    );
  });
});
