import { readFileSync } from "node:fs";
import * as path from "node:path";

import type { Image } from "../../../../toolchain/images/images";
import { nameOf } from "../../../../toolchain/images/keys";
import { testImageOf, testRepositories } from "../../../../toolchain/images/test-images";
import { partOf } from "../../../../toolchain/parts";

function imageOf(repository: string, tag = "1"): Image {
  const image = testImageOf(repository, tag);
  if (image === undefined) throw new Error(`no image for ${repository}`);
  return image;
}

const ownDockerfiles = testRepositories.filter((repository) => repository.startsWith("e2e-test-images/"));

describe.each(ownDockerfiles)("image %s", (repository) => {
  const image = imageOf(repository);
  const dockerfile = readFileSync(path.join(image.folder, "Dockerfile"), "utf8").replaceAll(
    "${PICTURE}",
    image.args.PICTURE ?? "",
  );

  it("is made from the images that its Dockerfile names, and only from them", () => {
    const bases = [...dockerfile.matchAll(/^FROM \$\{(\w+)\}/gm)].map(([, argument]) => argument);
    expect(new Set(bases)).toEqual(new Set(Object.keys(image.images)));
  });

  it("copies every file that it takes, and its part makes them", () => {
    for (const [name, files] of Object.entries(image.programs)) {
      const { binaries, ships = [] } = partOf(name);
      const made = [...Object.keys(binaries), ...ships.map((file) => file.as)];
      for (const file of files) {
        expect(made).toContain(file);
        expect(dockerfile).toMatch(new RegExp(`^COPY (.* )?${file} `, "m"));
      }
    }
  });

  it("is another image for each tag", () => {
    expect(nameOf(imageOf(repository, "1"))).not.toBe(nameOf(imageOf(repository, "2")));
    expect(dockerfile).toMatch(/^LABEL .*\$\{VERSION\}$/m);
  });
});

it("takes etcd and the pause program as machines have them", () => {
  expect(nameOf(imageOf("etcd", "1"))).toBe(nameOf(imageOf("etcd", "2")));
  expect(imageOf("pause").name).toBe("pod-pause");
});

it("knows what cannot be made", () => {
  expect(testImageOf("e2e-test-images/volume/nfs", "1.6.0")).toBeUndefined();
});
