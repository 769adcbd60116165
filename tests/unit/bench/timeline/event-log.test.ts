import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { EventLogFollower } from "../../../../bench/timeline";

const folder = mkdtempSync(path.join(tmpdir(), "event-log-"));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

it("times each event as it is written, also one that comes in pieces", async () => {
  const file = path.join(folder, "events.json");
  const follower = new EventLogFollower(file);
  await sleep(60);
  appendFileSync(file, '{"sequence":1}\n{"sequ');
  await sleep(150);
  appendFileSync(file, 'ence":2}\n');
  const events = await follower.end();
  expect(events.map(({ event }) => event)).toEqual([{ sequence: 1 }, { sequence: 2 }]);
  const [first = 0, second = 0] = events.map(({ at }) => at);
  expect(second - first).toBeGreaterThan(50);
});

it("is empty when nothing was written", async () => {
  expect(await new EventLogFollower(path.join(folder, "never.json")).end()).toEqual([]);
});
