import { readFileSync } from "node:fs";
import * as path from "node:path";

import { parse } from "yaml";

import { slope } from "../../../bench/add-a-service";
import { clusterProgram, servicesProgram, wholeProgram } from "../../../bench/environments";

test("the cost per service is the slope of the line that comes closest", () => {
  expect(slope([5, 50, 100].map((services) => [services, 3000 + 12 * services]))).toBeCloseTo(12);
  expect(
    slope([
      [0, 0],
      [1, 4],
      [2, 2],
    ]),
  ).toBeCloseTo(1);
});

test.each([clusterProgram, servicesProgram, wholeProgram])(
  "%s is of the project whose settings it reads",
  (program) => {
    const { name } = parse(readFileSync(path.join(program, "Pulumi.yaml"), "utf8")) as { name: string };
    expect(name).toBe("slipway");
  },
);
