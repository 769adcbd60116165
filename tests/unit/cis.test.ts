import { readFileSync } from "node:fs";
import * as path from "node:path";

import { controls } from "../support/cis";

/** How many controls each section of the benchmark's version 1.12 has. */
const sections: readonly (readonly [string, number])[] = [
  ["1.1", 21],
  ["1.2", 30],
  ["1.3", 7],
  ["1.4", 2],
  ["2", 7],
  ["3.1", 3],
  ["3.2", 2],
  ["4.1", 10],
  ["4.2", 14],
  ["4.3", 1],
  ["5.1", 13],
  ["5.2", 12],
  ["5.3", 2],
  ["5.4", 2],
  ["5.5", 1],
  ["5.6", 4],
];

test("every control of the benchmark has its place, in order", () => {
  const numbers = sections.flatMap(([section, count]) =>
    Array.from({ length: count }, (_, index) => `${section}.${index + 1}`),
  );
  expect(controls.map(({ number }) => number)).toEqual(numbers);
});

test("docs/cis.md says of each control what the tests know", () => {
  const page = readFileSync(path.join(__dirname, "..", "..", "docs", "cis.md"), "utf8");
  const rows = page.split("\n").flatMap((line) => {
    const [, number, asks, verdict, because] =
      /^\| *([\d.]+) *\| *(.*?) *\| *(holds|deviates|yours) *\| *(.*?) *\|$/.exec(line) ?? [];
    return number === undefined ? [] : [{ number, asks, verdict, because }];
  });
  expect(rows).toEqual(
    controls.map(({ number, asks, verdict, because = "" }) => ({ number, asks, verdict, because })),
  );
});

test("at most five controls are deviated from", () => {
  expect(controls.filter(({ verdict }) => verdict === "deviates").length).toBeLessThanOrEqual(5);
});
