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
  expect(sections).toEqual(["parameters", "options", "stages", "post"]);
});

/** The text of a stage's block, by its name. */
function stageCalled(name: string): string {
  const [, text = ""] =
    new RegExp(`\\n    stage\\('${name}'\\) \\{\\n(.*?)\\n    \\}\\n`, "s").exec(source) ?? [];
  return text;
}

test("reviews by the same target as a person, of one of the environments that there are", () => {
  for (const stage of ["Review", "Review of a fork"]) {
    expect(stageCalled(stage)).toContain(`sh 'make review ENV="$ENVIRONMENT"`);
  }
  expect(source).toContain("choice(name: 'ENVIRONMENT', choices: ['dev', 'staging', 'prod']");
});

test("gives a fork's code no credential, and no machine that others use", () => {
  const [own, forks] = [stageCalled("Review"), stageCalled("Review of a fork")];
  expect(own).toContain("when { not { expression { env.CHANGE_FORK } } }");
  expect(own).toContain("credentials('slipway-passphrase')");
  expect(forks).toContain("when { expression { env.CHANGE_FORK } }");
  expect(forks).not.toContain("redentials(");
  expect(forks).toContain("agent { label 'slipway-fork' }");
  expect(source).toContain("  agent none\n");
});

test("keeps the report whatever the review says, and posts it where no code of a change runs", () => {
  const post = block(block(treeOf(source), "pipeline"), "post");
  expect([...blocks(post).keys()]).toEqual(["always"]);
  const { text } = block(post, "always");
  expect(text).toContain("archiveArtifacts artifacts: 'review.md', allowEmptyArchive: true");
  expect(text).toContain("node('slipway-comment')");
  for (const stage of ["Review", "Review of a fork"]) {
    expect(stageCalled(stage)).toContain("post { always { stash name: 'report'");
  }
});

test("leaves every variable to the shell: text in double quotes would become code", () => {
  expect(source).not.toMatch(/\bsh\s+"/);
});
