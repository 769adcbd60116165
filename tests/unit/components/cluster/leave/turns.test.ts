import { announceMembers, comesBack, endTurn, takeTurn } from "../../../../../components/cluster/leave/turns";

describe("turns", () => {
  it("are taken one after the other", async () => {
    const order: string[] = [];
    await takeTurn("dev", "worker-0", 5);
    const second = takeTurn("dev", "worker-1", 5).then(() => order.push("worker-1"));
    order.push("worker-0 is back");
    endTurn("dev", "worker-0");
    await second;
    expect(order).toEqual(["worker-0 is back", "worker-1"]);
    endTurn("dev", "worker-1");
  });

  it("can be taken again by who has it, as after a run that failed", async () => {
    await takeTurn("dev", "worker-0", 5);
    await takeTurn("dev", "worker-0", 0);
    endTurn("dev", "worker-0");
  });

  it("are each cluster's own", async () => {
    await takeTurn("dev", "worker-0", 5);
    await takeTurn("other", "worker-1", 0);
    endTurn("other", "worker-1");
    endTurn("dev", "worker-0");
  });

  it("are ended by nobody else", async () => {
    await takeTurn("dev", "worker-0", 5);
    endTurn("dev", "worker-1");
    await expect(takeTurn("dev", "worker-1", 0)).rejects.toThrow(
      "worker-1 is left as it is: worker-0, which was taken away before it, is not back after 0 s",
    );
    endTurn("dev", "worker-0");
  });
});

describe("a machine that is taken away", () => {
  it("comes back when the program still has it, by its last word", () => {
    expect(comesBack("dev", "worker-1", ["worker-0", "worker-1"])).toBe(true);
    announceMembers("dev", ["worker-0"]);
    expect(comesBack("dev", "worker-1", ["worker-0", "worker-1"])).toBe(false);
    expect(comesBack("dev", "worker-0", ["worker-0", "worker-1"])).toBe(true);
    expect(comesBack("other", "worker-1", ["worker-0", "worker-1"])).toBe(true);
  });
});
