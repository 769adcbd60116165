import { existsSync } from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { withLock } from "../../../toolchain/lock";
import { temporaryFolder } from "../../support/temporary-folder";

it("lets one work after the other, and tells who waits for whom", async () => {
  const file = path.join(temporaryFolder(), "locks", "part");
  const events: string[] = [];
  const waiting = jest.fn();
  const work = (name: string) => async () => {
    events.push(`${name} begins`);
    while (waiting.mock.calls.length === 0) await sleep(10);
    events.push(`${name} ends`);
    return name;
  };
  const first = withLock(file, waiting, work("first"));
  while (events.length === 0) await sleep(10);
  const second = withLock(file, waiting, work("second"));
  expect(await Promise.all([first, second])).toEqual(["first", "second"]);
  expect(events).toEqual(["first begins", "first ends", "second begins", "second ends"]);
  expect(waiting.mock.calls).toEqual([[String(process.pid)]]);
});

it("releases the lock when the work fails", async () => {
  const file = path.join(temporaryFolder(), "part");
  const failing = withLock(file, jest.fn(), () => Promise.reject(new Error("broken")));
  await expect(failing).rejects.toThrow("broken");
  expect(await withLock(file, jest.fn(), () => Promise.resolve("done"))).toBe("done");
});

it("stops waiting when it is told to, and does not work", async () => {
  const file = path.join(temporaryFolder(), "part");
  const stop = new AbortController();
  const work = jest.fn();
  await withLock(file, jest.fn(), async () => {
    const waiter = withLock(
      file,
      () => {
        setTimeout(() => {
          stop.abort(new Error("enough"));
        }, 50);
      },
      work,
      stop.signal,
    );
    await expect(waiter).rejects.toThrow("enough");
  });
  expect(work).not.toHaveBeenCalled();
  expect(existsSync(file)).toBe(true);
});
