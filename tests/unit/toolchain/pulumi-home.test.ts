import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import * as path from "node:path";

import { partDirectory } from "../../../toolchain/cache";
import { allParts, type Part, everydayParts, everydayPartsOf, parts } from "../../../toolchain/parts";
import { assemblePulumiHome, pulumiHome } from "../../../toolchain/pulumi-home";
import versions from "../../../toolchain/versions.json";
import { temporaryFolder } from "../../support/temporary-folder";

beforeEach(() => {
  process.env.SLIPWAY_CACHE = temporaryFolder();
});

afterEach(() => {
  delete process.env.SLIPWAY_CACHE;
});

/** Stands in for built parts: every program is a file that holds its own name. */
function pretendParts(built: readonly Part[] = allParts): void {
  for (const part of built) {
    const folder = partDirectory(part);
    mkdirSync(folder, { recursive: true });
    const shipped = (part.ships ?? []).map(({ as }) => as);
    for (const name of [...Object.keys(part.binaries), ...shipped])
      writeFileSync(path.join(folder, name), `${name}${part.code === undefined ? "" : ` ${part.version}`}`);
  }
}

it("is laid out as the engine looks for it", () => {
  pretendParts();
  const home = assemblePulumiHome();
  expect(home).toBe(pulumiHome());
  const files = readdirSync(home, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const content = files.map(({ parentPath, name }) => {
    const file = path.join(parentPath, name);
    return [path.relative(home, file), readFileSync(file, "utf8")];
  });
  expect(Object.fromEntries(content)).toEqual({
    "bin/kubectl": "kubernetes 1.37.2",
    "bin/pulumi": "pulumi",
    "bin/pulumi-analyzer-policy": "pulumi-analyzer-policy",
    "bin/pulumi-language-nodejs": "pulumi-language-nodejs",
    "bin/pulumi-resource-pulumi-nodejs": "pulumi-resource-pulumi-nodejs",
    "bin/session-manager-plugin": "session-manager-plugin",
    // A folder of this name would get a log of every command.
    logs: expect.stringContaining("no log") as string,
    [`plugins/resource-aws-v${versions.pulumiAws}/pulumi-resource-aws`]: "pulumi-resource-aws",
    [`plugins/resource-docker-v${versions.pulumiDocker}/pulumi-resource-docker`]: "pulumi-resource-docker",
    [`plugins/resource-kubernetes-v${versions.pulumiKubernetes}/pulumi-resource-kubernetes`]:
      "pulumi-resource-kubernetes",
  });
});

it("has the plugin for AWS, which is built on demand, from then on", () => {
  pretendParts(everydayParts);
  const without = assemblePulumiHome();
  expect(readdirSync(path.join(without, "plugins")).filter((name) => name.includes("aws"))).toEqual([]);
  pretendParts([parts["pulumi-resource-aws"]]);
  const home = assemblePulumiHome();
  expect(home).not.toBe(without);
  expect(readdirSync(path.join(home, "plugins"))).toContain(`resource-aws-v${versions.pulumiAws}`);
});

it("has the newest kubectl that is there", () => {
  pretendParts(everydayPartsOf("1.35.4"));
  const kubectl = (): string => readFileSync(path.join(assemblePulumiHome(), "bin/kubectl"), "utf8");
  expect(kubectl()).toBe("kubernetes 1.35.4");
  pretendParts(everydayPartsOf("1.36.3"));
  expect(kubectl()).toBe("kubernetes 1.36.3");
});

it("leaves nothing behind when a part is missing", () => {
  expect(() => assemblePulumiHome()).toThrow(/ENOENT/);
  expect(readdirSync(path.dirname(pulumiHome()))).toEqual([]);
});

it("is made once", () => {
  pretendParts();
  const home = assemblePulumiHome();
  writeFileSync(path.join(home, "kept"), "");
  expect(assemblePulumiHome()).toBe(home);
  expect(readdirSync(home)).toContain("kept");
});
