import { readFileSync } from "node:fs";
import * as path from "node:path";

import { Language, type Node, Parser } from "web-tree-sitter";

const file = path.join(__dirname, "..", "..", "..", "Jenkinsfile");
const source = readFileSync(file, "utf8");

const grammar = require.resolve("tree-sitter-groovy/tree-sitter-groovy.wasm");

let parser: Parser;

beforeAll(async () => {
  await Parser.init();
  parser = new Parser();
  parser.setLanguage(await Language.load(readFileSync(grammar)));
});

function treeOf(text: string): Node {
  const tree = parser.parse(text);
  if (tree === null) throw new Error("the parser gave nothing");
  return tree.rootNode;
}

/** The blocks `name { … }` and `name(…) { … }` right inside a node, by name. */
function blocks(node: Node): Map<string, Node> {
  const calls = node.namedChildren
    .flatMap((child) => (child.type === "expression_statement" ? child.namedChildren : [child]))
    .flatMap((child) => (child.type === "method_invocation" ? [child] : []));
  return new Map(
    calls.flatMap((call): [string, Node][] => {
      const [name, body] = [call.childForFieldName("name"), call.childForFieldName("body")];
      return name && body ? [[name.text, body]] : [];
    }),
  );
}

function block(node: Node, name: string): Node {
  const found = blocks(node).get(name);
  if (found === undefined) throw new Error(`no ${name} in ${[...blocks(node).keys()].join(", ")}`);
  return found;
}

test("is Groovy", () => {
  expect(treeOf(source).hasError).toBe(false);
});

test("would not be with a brace less", () => {
  expect(treeOf(source.replace("stages {", "stages")).hasError).toBe(true);
});

// https://www.jenkins.io/doc/book/pipeline/syntax/#declarative-pipeline
test("is a declarative pipeline: its sections, in a pipeline, and nothing else", () => {
  const root = treeOf(source);
  expect([...blocks(root).keys()]).toEqual(["pipeline"]);
  const sections = [...blocks(block(root, "pipeline")).keys()];
  expect(sections).toEqual(["agent", "parameters", "options", "environment", "stages", "post"]);
});

test("has a stage with steps that reviews by the same target as a person", () => {
  const stages = block(block(treeOf(source), "pipeline"), "stages");
  expect([...blocks(stages).keys()]).toEqual(["stage"]);
  const stage = block(stages, "stage");
  expect(block(stage, "steps").text).toContain(`sh 'make review ENV="$ENVIRONMENT"`);
});

test("keeps the report whatever the review says", () => {
  const post = block(block(treeOf(source), "pipeline"), "post");
  expect([...blocks(post).keys()]).toEqual(["always"]);
  expect(block(post, "always").text).toContain(
    "archiveArtifacts artifacts: 'review.md', allowEmptyArchive: true",
  );
});

test("leaves every variable to the shell: text in double quotes would become code", () => {
  expect(source).not.toMatch(/\bsh\s+"/);
});
