import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

import type { Image } from "../../../../toolchain/images/images";
import { type ImageKind, imageName, nameOf } from "../../../../toolchain/images/keys";
import { kubernetesVersions } from "../../../../toolchain/kubernetes-versions";

describe("imageName", () => {
  const everyday: ImageKind[] = ["debian", "load-balancer", "registry", "node", "machine"];
  const onDemand: ImageKind[] = ["source-controller", "kustomize-controller", "gitea", "agent"];
  const kinds = [...everyday, ...onDemand];

  test.each(kinds)("names %s by its content, without Docker", (kind) => {
    expect(imageName(kind)).toMatch(new RegExp(`^slipway/${kind}:[0-9a-f]{12}$`));
    expect(imageName(kind)).toBe(imageName(kind));
  });

  it("tells machines of one version of Kubernetes from those of another, and what serves all by one name", () => {
    const machines = kubernetesVersions.map((version) => imageName("machine", version));
    expect(new Set(machines).size).toBe(kubernetesVersions.length);
    expect(imageName("machine")).toBe(machines[0]);
    expect(new Set(kubernetesVersions.map((version) => imageName("registry", version))).size).toBe(1);
  });

  it("names no machine of a version that there is not", () => {
    expect(() => imageName("machine", "1.2.3")).toThrow(
      `there is no Kubernetes 1.2.3 in the toolchain; it has ${kubernetesVersions.join(", ")}`,
    );
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
    image = { name: "thing", folder, programs: { helm: ["helm"] }, images: { BASE: base }, args: { A: "1" } };
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const changes: [string, () => Image][] = [
    ["a file's content", () => (writeFileSync(path.join(folder, "entry"), "#!/bin/bash\n"), image)],
    ["whether a file can be executed", () => (chmodSync(path.join(folder, "entry"), 0o755), image)],
    ["a further file", () => (writeFileSync(path.join(folder, "other"), ""), image)],
    ["a build argument", () => ({ ...image, args: { A: "2" } })],
    ["the programs that it takes", () => ({ ...image, programs: { helm: ["helm", "k6"] } })],
    ["the part that they are from", () => ({ ...image, programs: { k6: ["helm"] } })],
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
