import fc from "fast-check";

import { parseSource } from "../../../../toolchain/cluster-backups/names";

const parse = (from: string) => parseSource(from, "dev", "/home/ada");

test.each([
  ["", "dev", "latest"],
  ["latest", "dev", "latest"],
  ["20261130T221500Z", "dev", "20261130T221500Z"],
  ["prod/latest", "prod", "latest"],
  ["prod/20261130T221500Z", "prod", "20261130T221500Z"],
])("FROM=%s is a backup of %s: %s", (from, environment, name) => {
  expect(parse(from)).toEqual({ kind: "kept", environment, name });
});

test.each([
  ["./b.age", "/home/ada/b.age"],
  ["../b.age", "/home/b.age"],
  ["/media/stick/b.age", "/media/stick/b.age"],
])("FROM=%s is the file %s", (from, file) => {
  expect(parse(from)).toEqual({ kind: "file", file });
});

test.each(["yesterday", "dev", "20261130", "a/b/latest", "20261130T221500Z;id", "$(id)", "latest\nid", "-v"])(
  "FROM=%j is none, and what would be right is said",
  (from) => {
    expect(() => parse(from)).toThrow(
      `FROM is ${JSON.stringify(from)}; give latest, a name such as 20261130T221500Z that make backups prints`,
    );
  },
);

test("an environment that is none is refused by its name", () => {
  expect(() => parse("Prod$/latest")).toThrow('ENV is "Prod$"; write an environment\'s name');
});

test("whatever is written, what a shell or Docker would see is a name, `latest` or a path", () => {
  fc.assert(
    fc.property(fc.string(), (from) => {
      let source;
      try {
        source = parse(from);
      } catch {
        return;
      }
      if (source.kind === "file") expect(source.file.startsWith("/")).toBe(true);
      else expect(`${source.environment}/${source.name}`).toMatch(/^[a-z][a-z0-9-]*\/(latest|\d{8}T\d{6}Z)$/);
    }),
  );
});
