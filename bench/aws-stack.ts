import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";

import prices from "../review/prices.json";
import { review } from "../review/review";
import { Moto } from "../tests/support/aws/moto";
import { stackSettings } from "../tests/support/aws/stack-settings";
import type { TestEnvironment } from "../tests/support/test-environment";
import { isBuilt } from "../toolchain/cache";
import { parts } from "../toolchain/parts";
import { componentGraph, type PreviewStep } from "./aws-graph";
import { wholeProgram, withEnvironment } from "./environments";
import { type BenchResult, compare, secondsOf } from "./measure";
import { between } from "./tables";

const page = path.join(__dirname, "..", "docs", "aws.md");

/** Does something with moto; nothing where the AWS plugin, which takes half an hour to build, is not there. */
async function onAws(use: (moto: Moto) => Promise<BenchResult[]>): Promise<BenchResult[]> {
  if (!isBuilt(parts["pulumi-resource-aws"])) {
    console.log("left out, as the AWS plugin is not there: make test-aws builds it");
    return [];
  }
  const moto = await Moto.start();
  try {
    return await use(moto);
  } finally {
    await moto.stop();
  }
}

/** `pulumi preview` of prod on an empty stack, against that of the local environment. */
export function awsPreview(): Promise<BenchResult[]> {
  return onAws((moto) =>
    withEnvironment(wholeProgram, stackSettings("prod"), (prod) =>
      withEnvironment(wholeProgram, {}, async (local) => {
        const preview = (environment: TestEnvironment) => () =>
          secondsOf(async () => {
            const { output, failed } = await environment.pulumiWith(moto.variables, "preview");
            if (failed) throw new Error(output);
          });
        // What is compiled once is compiled before.
        await preview(prod)();
        await preview(local)();
        return [await compare("aws-preview", 3, preview(prod), preview(local))];
      }),
    ),
  );
}

/** Draws prod's components, and writes what stacks cost: measures nothing for results.json. */
export function drawAwsPage(): Promise<BenchResult[]> {
  return onAws(async (moto) => {
    const graph = await withEnvironment(wholeProgram, stackSettings("prod"), async (environment) => {
      const { output, failed } = await environment.pulumiWith(moto.variables, "preview", "--json");
      if (failed) throw new Error(output);
      const { steps } = JSON.parse(output.slice(output.indexOf("{"))) as { steps: PreviewStep[] };
      return componentGraph(steps).replaceAll(environment.name, "prod");
    });
    const costs = [await cost(moto, "staging"), await cost(moto, "prod")] as const;
    let text = readFileSync(page, "utf8");
    text = between(text, "graph", `\`\`\`mermaid\n${graph}\n\`\`\``);
    text = between(text, "cost", costTable(...costs));
    writeFileSync(page, text);
    // As a program of its own: its module cannot be loaded by the tests of what is measured.
    await promisify(execFile)("npx", ["prettier", "--write", page]);
    return [];
  });
}

/** Dollars a month. */
interface StackCost {
  /** All that is no machine. */
  readonly others: number;
  readonly machines: number;
  readonly machineCount: number;
}

const isMachine = (urn: string): boolean =>
  /aws:(ec2\/instance:Instance|autoscaling\/group:Group)::/.test(urn);

async function cost(moto: Moto, stack: "staging" | "prod"): Promise<StackCost> {
  const settings = stackSettings(stack);
  return await withEnvironment(wholeProgram, settings, async (environment) => {
    const variables = { ...environment.pulumiVariables, ...moto.variables };
    const { cost: found } = await review(environment.name, [], { variables });
    const machines = found.lines
      .filter(({ urn }) => isMachine(urn))
      .reduce((sum, { after }) => sum + after, 0);
    const pools = settings.pools as { count: number }[];
    const { count } = settings.controlPlane as { count: number };
    const machineCount = pools.reduce((sum, pool) => sum + pool.count, count);
    return { others: found.after - machines, machines, machineCount };
  });
}

/** Types that an environment may have, for all of its machines. */
const types = [
  "t3.medium",
  "t3.large",
  "m7g.large",
  "m7i.large",
  "m7i.xlarge",
  "c7i.large",
  "r7i.large",
  "m7i.2xlarge",
] as const;
/** Of each machine: its own disk, of 40 GiB. */
const diskGiB = 40;

function costTable(staging: StackCost, prod: StackCost): string {
  const dollars = (amount: number): string => `$${amount.toFixed(0)}`;
  const rows = types.map((type) => {
    const disk = diskGiB * prices.volumes.perGigabyteMonth.gp3;
    const machine = prices.instances.perHour[type] * prices.hoursPerMonth + disk;
    const all = ({ others, machineCount }: StackCost): string => dollars(others + machineCount * machine);
    return `| all machines \`${type}\` | ${dollars(machine)} | ${all(staging)} | ${all(prod)} |`;
  });
  const committed = [staging, prod].map(({ others, machines }) => dollars(others + machines));
  const rest = [staging, prod].map(({ others }) => dollars(others));
  return [
    `| a month, on demand, in ${prices.region} | a machine | staging, ${staging.machineCount} machines | prod, ${prod.machineCount} machines |`,
    "| :-- | --: | --: | --: |",
    `| as committed | | ${committed.join(" | ")} |`,
    ...rows,
    `| without its machines | | ${rest.join(" | ")} |`,
  ].join("\n");
}
