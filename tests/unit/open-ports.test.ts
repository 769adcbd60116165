import { readFileSync } from "node:fs";
import * as path from "node:path";

import { openPorts } from "../support/open-ports";

test("docs/security.md has the list of open ports that the scan knows, in its order", () => {
  const page = readFileSync(path.join(__dirname, "..", "..", "docs", "security.md"), "utf8");
  const [, section = ""] = /\n## Ports\n(.*?)\n## /s.exec(page) ?? [];
  const rows = section.split("\n").flatMap((line) => {
    const [, where, port, what] = /^\| *(.*?) *\| *(\d+) *\| *(.*?) *\|$/.exec(line) ?? [];
    return where === undefined ? [] : [{ where, port: Number(port), what }];
  });
  expect(rows).toEqual(openPorts);
});
