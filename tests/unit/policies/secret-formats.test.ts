import { gzipSync } from "node:zlib";

import { secretIn } from "../../../policies/secret-formats";

const header = (kind: string) => ["-----BEGIN", `${kind}-----`].join(" ");

test.each([
  [header("PRIVATE KEY"), "a private key"],
  [header("EC PRIVATE KEY"), "a private key"],
  [`AKIA${"A1".repeat(8)}`, "an AWS access key"],
  [`ghp_${"a".repeat(36)}`, "a GitHub token"],
  [`glpat-${"a".repeat(20)}`, "a GitLab token"],
  [`eyJ${"a".repeat(12)}.eyJ${"b".repeat(12)}.${"c".repeat(12)}`, "a signed token"],
  ["postgres://shop:hunter2@db/orders", "an address with a password"],
  [gzipSync(`write_files: ${header("PRIVATE KEY")}`).toString("base64"), "a private key"],
])("%s is found", (text, name) => {
  expect(secretIn(text)).toBe(name);
});

test.each([
  header("CERTIFICATE"),
  header("PUBLIC KEY"),
  "https://shop.example/orders?a=b",
  "postgres://$(USER):$(PASSWORD)@db/orders",
  "oci://registry.example:5000/chart",
  "sha256:" + "a".repeat(64),
  "H4sI".repeat(20),
  "",
])("%s is no secret", (text) => {
  expect(secretIn(text)).toBeUndefined();
});
