import { hostname } from "node:os";

import { diskProblem } from "../../../../../components/machines/docker/free-disk";

const problem = (free: number | Error, host = hostname()): Promise<string | undefined> =>
  diskProblem(
    () => Promise.resolve([host, "/var/lib/docker"]),
    () => (free instanceof Error ? Promise.reject(free) : Promise.resolve(free)),
  );

describe("the disk of the Docker daemon", () => {
  it("is said with its folder, what it has and what is needed, when a machine has no room in it", async () => {
    expect(await problem(0.34e9)).toBe(
      "0.3 GB are free in /var/lib/docker, and a machine that is made anew needs 1.0 GB; " +
        "free some, as docker system prune does",
    );
  });

  it("is no problem when there is room", async () => {
    expect(await problem(1e9)).toBeUndefined();
  });

  it("is not looked at where the daemon is on another host, or its folder cannot be seen", async () => {
    expect(await problem(0, "elsewhere")).toBeUndefined();
    expect(await problem(new Error("ENOENT"))).toBeUndefined();
  });
});
