import { publishedChecksum } from "../../../../toolchain/release/checksum";

const hash = "ab".repeat(32);
const other = "cd".repeat(32);

it.each([
  ["a hash alone", hash],
  ["a hash alone, in capitals and with a line's end", `${hash.toUpperCase()}\r\n`],
  ["one line of sha256sum", `${hash}  thing.tgz\n`],
  ["a file that was read as binary", `${hash} *thing.tgz\n`],
  ["a path before the name", `${hash}  build/out/thing.tgz\n`],
  ["a list", `${other}  other.tgz\n${hash}  thing.tgz\n${other}  thing.tgz.sig\n`],
])("reads %s", (_, text) => {
  expect(publishedChecksum(text, "thing.tgz", "https://host/sums")).toBe(hash);
});

it.each([
  ["a list without the file", `${other}  other.tgz\n${other}  thing.tgz.sig\n`],
  ["another file's line", `${other}  other.tgz\n`],
  ["a page", "<html>Not Found</html>"],
  ["nothing", ""],
  ["another kind of hash", `${"ab".repeat(64)}  thing.tgz`],
])("takes no checksum out of %s", (_, text) => {
  expect(() => publishedChecksum(text, "thing.tgz", "https://host/sums")).toThrow(
    "https://host/sums: no SHA-256 of thing.tgz in it",
  );
});
