import { execFileSync } from "node:child_process";
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

/** What the provider that npm's package was made from had, and ours has not: of no use here. */
const newer = ["serverSideEncryptionConfiguration.rule.blockedEncryptionTypes[]"];

it("serves more than fifty resource types and look-ups", () => {
  expect(Object.keys(names).length).toBeGreaterThan(50);
});

it.each(Object.keys(names).sort())("calls the properties of %s as the SDK does", (token) => {
  const [ours, theirs] = [names[token], sdkProperties(token)].map((found) => paths(found ?? {}).sort());
  expect(theirs?.length).toBeGreaterThan(0);
  expect(ours).toEqual(theirs?.filter((name) => !newer.includes(name)));
});
