import { spawnSync } from "node:child_process";
import * as path from "node:path";

import fc from "fast-check";

const folder = path.join(__dirname, "../../../machine-image/rootfs/usr/lib/slipway/backups");

interface Policy {
  readonly hourly: number;
  readonly daily: number;
  readonly weekly: number;
}

/** Asks the machine's own program once for all questions, as it takes a while to start. */
function ask<Answer>(expression: string, questions: readonly unknown[]): Answer[] {
  const program = `import json, sys
sys.path.insert(0, ${JSON.stringify(folder)})
import keep
print(json.dumps([${expression} for question in json.load(sys.stdin)]))`;
  const { stdout, stderr, status } = spawnSync("python3", ["-B", "-c", program], {
    input: JSON.stringify(questions),
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Answer[];
}

const kept = (questions: readonly { names: readonly string[]; policy: Policy }[]): string[][] =>
  ask("sorted(keep.kept(question['names'], question['policy']))", questions);

const day = 86_400;
const nameAt = (time: number): string => new Date(time * 1000).toISOString().replaceAll(/[-:]|\.\d+/g, "");

const policy: fc.Arbitrary<Policy> = fc.record({
  hourly: fc.nat(30),
  daily: fc.nat(10),
  weekly: fc.nat(6),
});
// Around an end of a year, where weeks, days and years do not begin together.
const times = fc.uniqueArray(fc.integer({ min: 1_798_000_000, max: 1_798_000_000 + 90 * day }), {
  maxLength: 60,
});
const cases = fc.sample(fc.record({ times, policy }), { numRuns: 300, seed: 14 });
const questions = cases.map(({ times: some, policy: each }) => ({ names: some.map(nameAt), policy: each }));
const answers = kept(questions);

describe("of an environment's backups", () => {
  test("the newest one stays, whatever the policy says", () => {
    for (const [index, { names }] of questions.entries()) {
      const newest = [...names].sort().at(-1);
      if (newest !== undefined) expect(answers[index]).toContain(newest);
    }
  });

  test("none stays that was not there, and no more than the policy allows", () => {
    for (const [
      index,
      {
        names,
        policy: { hourly, daily, weekly },
      },
    ] of questions.entries()) {
      const stay = answers[index] ?? [];
      expect(names).toEqual(expect.arrayContaining(stay));
      expect(stay.length).toBeLessThanOrEqual(Math.max(hourly + daily + weekly, Math.min(names.length, 1)));
    }
  });

  test("the same stay when it is asked again", () => {
    const again = kept(
      questions.map(({ policy: each }, index) => ({ names: answers[index] ?? [], policy: each })),
    );
    expect(again).toEqual(answers);
  });

  test("a policy that keeps more of anything keeps all that the smaller one did", () => {
    const larger = kept(
      questions.map(({ names, policy: { hourly, daily, weekly } }) => ({
        names,
        policy: { hourly: hourly + 1, daily: daily + 2, weekly },
      })),
    );
    for (const [index, stay] of answers.entries())
      expect(larger[index]).toEqual(expect.arrayContaining(stay));
  });

  test("what is no backup's name stays, and counts for nothing", () => {
    const strange = [
      "notes",
      "20261340T000000Z",
      "20261130T221500",
      "../20261130T221500Z",
      "20261130T221500Z.part",
    ];
    const [stay] = kept([
      {
        names: [...strange, "20261130T221500Z", "20261130T211500Z"],
        policy: { hourly: 1, daily: 0, weekly: 0 },
      },
    ]);
    expect(stay).toEqual([...strange, "20261130T221500Z"].sort());
  });

  test("sixty days of hourly backups, each followed by the removal of old ones, leave hours, days and weeks", () => {
    const program = `names = set()
for time in range(1798761600, 1798761600 + 60 * 86400, 3600):
    names.add(keep.name_at(time))
    names = keep.kept(names, {"hourly": 24, "daily": 7, "weekly": 4})`;
    const { stdout } = spawnSync(
      "python3",
      [
        "-B",
        "-c",
        `import sys; sys.path.insert(0, ${JSON.stringify(folder)})\nimport keep\n${program}\nprint("\\n".join(sorted(names)))`,
      ],
      { encoding: "utf8" },
    );
    const names = stdout.trim().split("\n");
    const last = nameAt(1_798_761_600 + 60 * day - 3600);
    expect(names.at(-1)).toBe(last);
    // 24 hours of the last day, which is one of 7 days; of the 4 weeks the last one ends with it, and one of the others
    // may end with one of the days.
    expect(names.length).toBeGreaterThanOrEqual(24 + 6 + 2);
    expect(names.length).toBeLessThanOrEqual(24 + 7 + 4);
    const oldest = names[0] ?? "";
    const age =
      1_798_761_600 +
      60 * day -
      Date.parse(oldest.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, "$1-$2-$3T$4:$5:$6Z")) / 1000;
    // The last backup of the third week before this one.
    expect(age / day).toBeGreaterThan(14);
    expect(age / day).toBeLessThanOrEqual(21);
  });
});

test.each([
  ["20261130T221500Z", null, "weekly"],
  // A Monday after a Sunday, a day after another, an hour after another.
  ["20261130T001500Z", "20261129T231500Z", "weekly"],
  ["20261201T001500Z", "20261130T231500Z", "daily"],
  ["20261130T221500Z", "20261130T211500Z", "hourly"],
  ["20261130T221500Z", "nonsense", "weekly"],
])("a backup %s after %s is the first of its kind: %s", (name, before, period) => {
  expect(ask("keep.period_of(*question)", [[name, before]])).toEqual([period]);
});

test("a name tells the second of the backup, and is sorted as time is", () => {
  expect(ask("keep.name_at(question)", [0, 1_796_076_900])).toEqual(["19700101T000000Z", "20261130T221500Z"]);
});
