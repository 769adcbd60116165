import { checkGo, diskMessage } from "../../../toolchain/preflight";

it.each([
  "go version go1.21.0 linux/amd64",
  "go version go1.26.8 linux/amd64",
  "go version devel go1.30-abc linux/amd64",
])("takes %s", (version) => {
  expect(() => {
    checkGo(version);
  }).not.toThrow();
});

it.each([
  ["go version go1.19.8 linux/amd64", /too old: go version go1.19.8 linux\/amd64\. Any Go from 1.21/],
  [undefined, /not installed, or not on PATH\. Any Go from 1.21/],
])("refuses %s", (version, message) => {
  expect(() => {
    checkGo(version);
  }).toThrow(message);
});

it("names how much the disk must hold, how much is free, and where", () => {
  const message = diskMessage(["/go/mod", "/go/cache"], 18.5e9, 2.04e9);
  expect(message).toContain("needs about 18.5 GB, 2.0 GB are free");
  expect(message).toContain("/go/mod, /go/cache");
});
