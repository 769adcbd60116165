// Prints, as JSON, what GitHub's own parser says against a workflow file: `node workflow-problems.mjs FILE`. A program
// of its own, as the parser is an ES module that jest cannot load.
import console from "node:console";
import { readFileSync } from "node:fs";
import process from "node:process";

import { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } from "@actions/workflow-parser";

const [file] = process.argv.slice(2);
const content = readFileSync(file, "utf8");
const { context, value } = parseWorkflow({ name: file, content }, new NoOperationTraceWriter());
if (value) await convertWorkflowTemplate(context, value);
console.log(JSON.stringify(context.errors.getErrors().map(({ message }) => message)));
