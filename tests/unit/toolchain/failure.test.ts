import { writeFileSync } from "node:fs";
import * as path from "node:path";

import { BuildFailure, advice } from "../../../toolchain/failure";
import { temporaryFolder } from "../../support/temporary-folder";

it.each([
  ["write /root/.cache/x: no space left on device", /disk is full/],
  [
    "verifying github.com/a/b@v1.0.0: checksum mismatch",
    /differs from the one that the committed go.sum names/,
  ],
  ['Get "https://proxy.example/x": dial tcp: lookup proxy.example: no such host', /proxy cannot be reached/],
  ["reading https://proxy.example/x: 502 Bad Gateway", /proxy cannot be reached/],
  ["missing go.sum entry for module providing package x", /go mod tidy/],
  ["/usr/local/go/pkg/tool/linux_amd64/link: signal: killed", /ran out of memory/],
  ["./main.go:3:15: undefined: x", /compiler's/],
])("knows what helps against %s", (output, expected) => {
  expect(advice(output)).toMatch(expected);
});

it("quotes the log's last telling lines, without the downloads", () => {
  const log = path.join(temporaryFolder(), "part.log");
  const lines = Array.from({ length: 40 }, (_, index) => `line ${index}`);
  writeFileSync(log, [...lines, "go: downloading example.com/x v1.0.0", "the end"].join("\n"));
  const { message, part } = new BuildFailure("coredns", "go build .", log, new Error("code 1"));
  expect(part).toBe("coredns");
  expect(message.split("\n")[0]).toBe("coredns could not be built: go build .: code 1");
  expect(message).toContain("    line 39\n    the end\n");
  expect(message).not.toContain("downloading");
  expect(message).not.toContain("line 20\n");
  expect(message).toContain(`all output: ${log}`);
});

it("says so where there is no log yet", () => {
  const { message } = new BuildFailure(
    "etcd",
    "preparing",
    "/nonexistent/log",
    new Error("EACCES: permission denied"),
  );
  expect(message).toMatch(/^etcd could not be built: preparing: EACCES: permission denied\n {2}all output/);
});
