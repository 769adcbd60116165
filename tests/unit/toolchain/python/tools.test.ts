import { readFileSync } from "node:fs";
import * as path from "node:path";

import { checkPython } from "../../../../toolchain/python/tools";

it.each(["Python 3.11.7\n", "Python 3.14.0rc1\n"])("takes %j", (version) => {
  expect(() => {
    checkPython(version);
  }).not.toThrow();
});

it.each([
  [undefined, "there is no python3 on PATH"],
  ["Python 3.9.2\n", "python3 is Python 3.9.2."],
  ["Python 2.7.18\n", "python3 is Python 2.7.18."],
])("says what is needed when python3 is %j", (version, message) => {
  expect(() => {
    checkPython(version);
  }).toThrow(message);
});

it("pins every package to a version and to checksums", () => {
  const file = path.join(__dirname, "../../../../toolchain/python/requirements.txt");
  const packages = readFileSync(file, "utf8")
    .replaceAll("\\\n", " ")
    .split("\n")
    .filter((line) => line && !line.startsWith("#"));
  expect(packages.length).toBeGreaterThan(50);
  expect(packages.filter((line) => !/^[\w.-]+==\S+ .*--hash=sha256:[0-9a-f]{64}/.test(line))).toEqual([]);
});
