import { plainTraces } from "../../../stacks/plain-stack-traces";

const loader = (): string => "as the loader says";

it("leaves real errors to the loader", () => {
  expect(plainTraces(loader)?.(new Error("real"), [])).toBe("as the loader says");
});

it("gives those without a message no trace", () => {
  expect(plainTraces(loader)?.(new Error(), [])).toBe("Error");
});

it("changes nothing where no loader maps traces", () => {
  expect(plainTraces(undefined)).toBeUndefined();
});

it("gives each file below node_modules a folder, without which Node does not end", () => {
  const trace = [
    "Error: real",
    "    at program (/work/index.ts:19:9)",
    "    at run (/work/node_modules/@pulumi/cmd/run/run.ts:577:70)",
    "    at register (/work/node_modules/@pulumi/resource.ts:1598:22)",
    "    at file:///work/node_modules/one.js:1:2",
  ];
  expect(plainTraces(() => trace.join("\n"))?.(new Error("real"), [])).toBe(
    [
      ...trace.slice(0, 3),
      "    at register (/work/node_modules/@pulumi/./resource.ts:1598:22)",
      "    at file:///work/node_modules/./one.js:1:2",
    ].join("\n"),
  );
});
