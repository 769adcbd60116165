import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

import type { Image } from "../../../../toolchain/images/images";
import { type ImageKind, imageName, nameOf } from "../../../../toolchain/images/keys";

describe("imageName", () => {
  const everyday: ImageKind[] = ["debian", "load-balancer", "registry", "node", "machine"];
  const onDemand: ImageKind[] = ["source-controller", "kustomize-controller", "gitea", "agent"];
  const kinds = [...everyday, ...onDemand];

  test.each(kinds)("names %s by its content, without Docker", (kind) => {
    expect(imageName(kind)).toMatch(new RegExp(`^slipway/${kind}:[0-9a-f]{12}$`));
    expect(imageName(kind)).toBe(imageName(kind));
  });
});

describe("nameOf", () => {
  let folder: string;
  let image: Image;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "slipway-image-"));
    writeFileSync(path.join(folder, "Dockerfile"), "FROM scratch\n");
    writeFileSync(path.join(folder, "entry"), "#!/bin/sh\n", { mode: 0o644 });
    const base: Image = { name: "base", folder, programs: {}, images: {}, args: { SUITE: "one" } };
    image = { name: "thing", folder, programs: { etcd: ["etcd"] }, images: { BASE: base }, args: { A: "1" } };
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const changes: [string, () => Image][] = [
    ["a file's content", () => (writeFileSync(path.join(folder, "entry"), "#!/bin/bash\n"), image)],
    ["whether a file can be executed", () => (chmodSync(path.join(folder, "entry"), 0o755), image)],
    ["a further file", () => (writeFileSync(path.join(folder, "other"), ""), image)],
    ["a build argument", () => ({ ...image, args: { A: "2" } })],
    ["the programs that it takes", () => ({ ...image, programs: { etcd: ["etcd", "etcdctl"] } })],
    ["the part that they are from", () => ({ ...image, programs: { coredns: ["etcd"] } })],
    [
      "what its base is made from",
      () => ({ ...image, images: { BASE: { ...image, images: {}, args: { SUITE: "two" } } } }),
    ],
  ];

  test.each(changes)("changes with %s", (_, change) => {
    const before = nameOf(image);
    expect(nameOf(change())).not.toBe(before);
  });

  it("does not change with a page for people, or with the umask of who checked the files out", () => {
    const before = nameOf(image);
    writeFileSync(path.join(folder, "README.md"), "words");
    chmodSync(path.join(folder, "entry"), 0o600);
    expect(nameOf(image)).toBe(before);
  });
});
