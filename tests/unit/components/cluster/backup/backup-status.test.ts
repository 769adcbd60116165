import fc from "fast-check";

import {
  backupFinding,
  backupNotes,
  type BackupObject,
} from "../../../../../components/cluster/backup/backup-status";

const at = (time: string): Date => new Date(`2026-11-30T${time}Z`);
const latest = (time: string): string =>
  JSON.stringify({
    name: "n",
    time: `2026-11-30T${time}Z`,
    request: "",
    keys: 1,
    bundle: { bytes: 1, sha256: "" },
  });

const object = (annotations: Record<string, string> = {}, intervalMinutes = "60"): BackupObject => ({
  metadata: { creationTimestamp: "2026-11-30T10:00:00Z", annotations },
  data: { intervalMinutes },
});

test("a cluster that is young, or was backed up in time, has no finding", () => {
  expect(backupFinding(object(), at("12:05:00"))).toBeUndefined();
  expect(backupFinding(object({ [backupNotes.latest]: latest("12:00:00") }), at("14:05:00"))).toBeUndefined();
});

test("a missed backup is told, with what is known of why", () => {
  expect(backupFinding(object(), at("12:05:01"))).toBe(
    "the cluster's backup is missed: there is none, and one is due every 60 minutes",
  );
  const annotations = {
    [backupNotes.latest]: latest("12:00:00"),
    [backupNotes.failed]: "20261130T140000Z control-plane-0 age: no space left",
  };
  expect(backupFinding(object(annotations), at("14:06:00"))).toBe(
    "the cluster's backup is missed: the last one is of 2026-11-30T12:00:00Z, and one is due every 60 minutes; " +
      "20261130T140000Z control-plane-0 age: no space left",
  );
});

test("once missed, it stays so until there is one", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 5, max: 1440 }),
      fc.nat(100_000),
      fc.nat(100_000),
      (interval, age, later) => {
        const made = Date.parse("2026-11-30T10:00:00Z");
        const find = (minutes: number) =>
          backupFinding(object({}, String(interval)), new Date(made + minutes * 60_000));
        expect(find(age) !== undefined).toBe(age > 2 * interval + 5);
        if (find(age) !== undefined) expect(find(age + later)).toBeDefined();
      },
    ),
  );
});
