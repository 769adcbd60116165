import { readFileSync } from "node:fs";
import * as path from "node:path";

import { parse } from "yaml";

/** An image of moto's accounts, in each region. */
export const motoImage = "ami-03cf127a";

/** What a committed stack's file says, without the namespace, with an image that there is. */
export function stackSettings(
  stack: "staging" | "prod",
  images: Readonly<Record<string, string>> = { amd64: motoImage },
): Record<string, unknown> & { aws: Record<string, unknown> } {
  const file = path.join(__dirname, "..", "..", "..", `Pulumi.${stack}.yaml`);
  const { config } = parse(readFileSync(file, "utf8")) as { config: Record<string, unknown> };
  const settings = Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key.replace(/^slipway:/, ""), value]),
  );
  return { ...settings, aws: { ...(settings.aws as object), images } };
}
