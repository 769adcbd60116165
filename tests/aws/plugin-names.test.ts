import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";

import { type Properties, sdkProperties } from "../support/aws/sdk-properties";
import { partDirectory } from "../../toolchain/cache";
import { parts } from "../../toolchain/parts";

const plugin = path.join(partDirectory(parts["pulumi-resource-aws"]), "pulumi-resource-aws");
const names = JSON.parse(execFileSync(plugin, ["-names"], { encoding: "utf8" })) as Record<
  string,
  Properties
>;

/** Paths of all properties: `rootBlockDevice.volumeType`, `ebsBlockDevices[].volumeId`. */
function paths(properties: Properties, prefix = ""): string[] {
  return Object.entries(properties).flatMap(([name, inside]) => [
    `${prefix}${name}`,
    ...(inside ? paths(inside, `${prefix}${name}.`) : []),
  ]);
}

const repository = path.join(__dirname, "..", "..");

/** The tokens that programs under a folder name: `new aws.ec2.Vpc(`, `aws.getRegionOutput(`. */
function tokensUsedIn(folder: string): string[] {
  const files = readdirSync(path.join(repository, folder), { recursive: true, encoding: "utf8" });
  const texts = files
    .filter((file) => file.endsWith(".ts"))
    .map((file) => readFileSync(path.join(repository, folder, file), "utf8"));
  const found = texts.flatMap((text) => [
    ...text.matchAll(/new aws\.(\w+)\.(\w+)\(/g),
    ...text.matchAll(/\baws\.(?:(\w+)\.)?(get[A-Z]\w*?)(?:Output)?\(/g),
  ]);
  return found.map(([, module = "index", name = ""]) => {
    const file = name.charAt(0).toLowerCase() + name.slice(1);
    return `aws:${module}/${file}:${name}`;
  });
}

/** What the provider that npm's package was made from had, and ours has not: of no use here. */
const newer = ["serverSideEncryptionConfiguration.rule.blockedEncryptionTypes[]"];

it("serves more than fifty resource types and look-ups", () => {
  expect(Object.keys(names).length).toBeGreaterThan(50);
});

it("serves every type and look-up that components, stacks and tests' programs use", () => {
  const used = new Set(["components", "stacks", "tests/aws"].flatMap(tokensUsedIn));
  expect(used.size).toBeGreaterThan(40);
  expect([...used].filter((token) => !(token in names)).sort()).toEqual([]);
});

it.each(Object.keys(names).sort())("calls the properties of %s as the SDK does", (token) => {
  const [ours, theirs] = [names[token], sdkProperties(token)].map((found) => paths(found ?? {}).sort());
  expect(theirs?.length).toBeGreaterThan(0);
  expect(ours).toEqual(theirs?.filter((name) => !newer.includes(name)));
});
