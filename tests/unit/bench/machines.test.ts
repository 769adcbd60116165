import { consoleLines, memoryHeld, memoryStat, secondsToJoined } from "../../../bench/machines";

const log = [
  "2026-11-25T08:00:03.100000000Z systemd 252 running in system mode\r",
  "2026-11-25T08:00:04.500000000Z slipway: step kubeadm join\r",
  "2026-11-25T08:00:09.250000000Z slipway: joined\r",
].join("\n");

describe("a machine's console", () => {
  it("is read with the time of each line", () => {
    expect(consoleLines(log)[1]).toEqual({
      at: Date.parse("2026-11-25T08:00:04.500Z"),
      text: "slipway: step kubeadm join",
    });
  });

  it("tells how long the boot took", () => {
    const startedAt = Date.parse("2026-11-25T08:00:01Z");
    expect(secondsToJoined({ startedAt, console: consoleLines(log) })).toBe(8.25);
  });

  it("has to say that the machine joined", () => {
    expect(() => secondsToJoined({ startedAt: 0, console: [] })).toThrow("did not say that it joined");
  });
});

describe("the memory that a machine holds", () => {
  it("is without the page cache, but with what lies in a tmpfs, on cgroup v1", () => {
    const stat = memoryStat("cache 1\nshmem 1\ntotal_cache 500\ntotal_shmem 20\n");
    expect(memoryHeld(1000, stat)).toBe(520);
  });

  it("is the same on cgroup v2", () => {
    expect(memoryHeld(1000, memoryStat("anon 400\nfile 500\nshmem 20\n"))).toBe(520);
  });
});
