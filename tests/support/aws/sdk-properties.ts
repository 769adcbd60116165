import { readFileSync } from "node:fs";
import * as path from "node:path";

/** A type's properties: each one's name, with `[]` behind it for a list, and those of the objects in it. */
export interface Properties {
  [name: string]: Properties | null;
}

const sdk = path.dirname(require.resolve("@pulumi/aws/package.json"));

/**
 * What npm's `@pulumi/aws` lets a program write.
 *
 * @param token of a resource type or a look-up: `aws:ec2/vpc:Vpc`
 * @returns undefined if it has no such type
 */
export function sdkProperties(token: string): Properties | undefined {
  const [, place = "", name = ""] = token.split(":");
  const file = path.join(sdk, `${place.replace(/^index\//, "")}.d.ts`);
  const text = readFileSync(file, "utf8");
  const args = bodyOf(text, `export interface ${name.replace(/^get/, "Get")}Args {`);
  return args === undefined ? undefined : propertiesIn(args);
}

const inputs = readFileSync(path.join(sdk, "types", "input.d.ts"), "utf8");

/** The objects' properties, for `inputs.ec2.InstanceRootBlockDevice`. */
function objectProperties(reference: string, within: readonly string[]): Properties | null {
  // Conditions of policies and rules nest without end.
  if (within.includes(reference)) return null;
  const [module = "", name = ""] = reference.includes(".") ? reference.split(".") : ["", reference];
  const namespace = module ? (bodyOf(inputs, `export declare namespace ${module} {`) ?? "") : inputs;
  const body = bodyOf(namespace, `interface ${name} {`);
  if (body === undefined) throw new Error(`@pulumi/aws has no ${reference}`);
  return propertiesIn(body, [...within, reference]);
}

function propertiesIn(body: string, within: readonly string[] = []): Properties {
  // A map's type takes three lines.
  const lines = [...body.matchAll(/^ +(\w+)\??: (.*?);$/gms)];
  return Object.fromEntries(
    lines.map(([, name = "", type = ""]) => {
      // A document may be written as a string too, which is what the plugin gets.
      const object = type.includes("string |") ? undefined : /\binputs\.([\w.]+)/.exec(type)?.[1];
      return [type.includes("[]") ? `${name}[]` : name, object ? objectProperties(object, within) : null];
    }),
  );
}

/** What stands between a line and the closing brace of the same depth. */
function bodyOf(text: string, line: string): string | undefined {
  const start = text.indexOf(line);
  if (start < 0) return undefined;
  const indent = /(?:^|\n)( *)[^\n]*$/.exec(text.slice(0, start))?.[1] ?? "";
  const end = text.indexOf(`\n${indent}}`, start);
  return text.slice(start + line.length, end + 1);
}
