import { existsSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import * as path from "node:path";

import { AnotherRunLives, clearLocks } from "../../../../toolchain/recover/lives";
import { judgeLock, type Lock, parseLock, readLocks } from "../../../../toolchain/recover/locks";
import type { Process } from "../../../../toolchain/recover/processes";
import { temporaryFolder } from "../../../support/temporary-folder";

const takenAt = Date.parse("2026-01-01T12:00:00Z");
const lock: Lock = { pid: 4711, username: "me", hostname: "here", takenAt };
const engine: Process = {
  pid: 4711,
  parent: 1,
  startedAt: takenAt - 1000,
  executable: "/cache/pulumi/bin/pulumi",
  command: ["pulumi", "up"],
  environmentDirectory: "/state/dev",
};
const judge = (of: Lock | undefined, holder: Process | undefined): string =>
  judgeLock(of, holder, "/state/dev", "here").kind;

describe("a lock", () => {
  it("is a living run's while the engine that took it lives", () => {
    expect(judge(lock, engine)).toBe("alive");
  });

  it("is a living run's when the engine is this environment's, whatever the clock was set to since", () => {
    expect(judge(lock, { ...engine, startedAt: takenAt + 3_600_000 })).toBe("alive");
  });

  it("is a living run's when it was started by hand, before the lock was taken", () => {
    expect(judge(lock, { ...engine, environmentDirectory: undefined })).toBe("alive");
  });

  it("is stale when its process is gone", () => {
    expect(judgeLock(lock, undefined, "/state/dev", "here")).toEqual({
      kind: "stale",
      why: "process 4711, which took it, does not live",
    });
  });

  it("is stale when its process id belongs to another program now", () => {
    const holder = { ...engine, executable: "/usr/bin/vim", startedAt: takenAt + 60_000 };
    expect(judgeLock(lock, holder, "/state/dev", "here")).toEqual({
      kind: "stale",
      why: "process 4711, which took it, does not live; its number is now that of vim",
    });
  });

  it("is stale when its process id belongs to a later engine of another environment", () => {
    const holder = { ...engine, environmentDirectory: "/state/other", startedAt: takenAt + 60_000 };
    expect(judge(lock, holder)).toBe("stale");
  });

  it("cannot be judged when it was taken on another machine", () => {
    expect(judgeLock({ ...lock, hostname: "there" }, undefined, "/state/dev", "here")).toEqual({
      kind: "unknown",
      why: "it was taken on another machine, there, by process 4711 of me",
    });
  });

  it("cannot be judged when we may not look at its process", () => {
    expect(judge(lock, { ...engine, executable: undefined })).toBe("unknown");
  });

  it("is stale when it was never written to its end, unless an engine is about to", () => {
    expect(judge(undefined, undefined)).toBe("stale");
    expect(judge(undefined, engine)).toBe("alive");
  });
});

it("is read as the engine writes it", () => {
  const text =
    '{"pid":4711,"username":"me","hostname":"here","timestamp":"2026-01-01T13:00:00.123456789+01:00"}';
  expect(parseLock(text)).toEqual({ ...lock, takenAt: takenAt + 123 });
});

it.each(["", "{", "[]", '{"pid":"1"}'])("is undefined where its file holds %j", (text) => {
  expect(parseLock(text)).toBeUndefined();
});

describe("clearLocks", () => {
  const file = (folder: string, name: string, content: object | string): string => {
    const full = path.join(folder, name);
    writeFileSync(full, typeof content === "string" ? content : JSON.stringify(content));
    return full;
  };
  const locked = {
    pid: 2 ** 22 - 1,
    username: "me",
    hostname: hostname(),
    timestamp: "2026-01-01T12:00:00Z",
  };

  it("says nothing where there is no lock", () => {
    const say = jest.fn();
    expect(clearLocks(path.join(temporaryFolder(), "none"), "dev", "/state/dev", say)).toBe(0);
    expect(say).not.toHaveBeenCalled();
  });

  it("removes a stale lock with what belongs to it, and says why it may", () => {
    const folder = temporaryFolder();
    file(folder, "a.json", locked);
    file(folder, "a.json.attrs", "{}");
    file(folder, "b.json.183e5.tmp", "");
    const lines: string[] = [];
    expect(clearLocks(folder, "dev", "/state/dev", (line) => lines.push(line))).toBe(2);
    expect(lines[0]).toBe(
      "A killed run left a lock of 2026-01-01T12:00:00.000Z: process 4194303, which took it, does not live; " +
        "no other run lives, so it is removed",
    );
    expect(readLocks(folder)).toEqual([]);
    expect(existsSync(path.join(folder, "a.json.attrs"))).toBe(false);
  });

  it("stops where one of several cannot be judged, and leaves all", () => {
    const folder = temporaryFolder();
    file(folder, "a.json", locked);
    file(folder, "b.json", { ...locked, hostname: "elsewhere" });
    const clear = (): number => clearLocks(folder, "dev", "/state/dev", jest.fn());
    expect(clear).toThrow(AnotherRunLives);
    expect(clear).toThrow(/another machine, elsewhere[^]*pulumi cancel -s dev/);
    expect(readLocks(folder)).toHaveLength(2);
  });
});
