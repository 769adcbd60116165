import { secretIn } from "../policies/secret-formats";
import type { Change, Kind } from "./changes";
import type { Cost } from "./cost";
import type { Danger } from "./dangers";
import { nameOf, type PolicyFinding } from "./events";
import prices from "./prices.json";

/** What a command did. */
export interface Outcome {
  readonly failed: boolean;
  /** What it printed. */
  readonly output: string;
}

/** Everything that a review found out. */
export interface Review {
  readonly environment: string;
  readonly lint: Outcome;
  readonly preview: Outcome & { readonly errors: readonly string[]; readonly notes: readonly string[] };
  readonly findings: readonly PolicyFinding[];
  readonly changes: readonly Change[];
  readonly dangers: readonly Danger[];
  readonly cost: Cost;
}

/** Whether the change may not go in as it is. */
export function isRefused({ lint, preview, findings }: Review): boolean {
  return lint.failed || preview.failed || findings.some(({ mandatory }) => mandatory);
}

/** GitHub refuses a comment of more than 65,536 characters. */
const longest = 60_000;

/** The report in Markdown, cut so that it fits into a comment. */
export function reportOf(review: Review): string {
  const report = (rows: number) => sections(review, rows).join("\n\n") + "\n";
  const fitting = [400, 100, 50, 20, 5].map(report).find((text) => text.length <= longest);
  return fitting ?? report(1).slice(0, longest);
}

/** What finds the report again among a pull request's comments. */
export function markerOf(environment: string): string {
  return `<!-- slipway-review: ${environment} -->`;
}

function sections(review: Review, rows: number): string[] {
  return [
    markerOf(review.environment),
    `## ${isRefused(review) ? "❌" : review.dangers.length > 0 ? "⚠️" : "✅"} Review of \`${review.environment}\``,
    summary(review),
    ...dangerSection(review.dangers, rows),
    ...findingSection(review.findings, rows),
    ...noteSection(review.preview.notes, rows),
    ...failureSections(review),
    ...changeSections(review.changes, rows),
    costSection(review.cost, rows),
  ];
}

const kinds: readonly (readonly [Kind, string, string])[] = [
  ["replace", "±", "Replaced"],
  ["delete", "−", "Deleted"],
  ["update", "~", "Changed"],
  ["create", "+", "New"],
];

function summary(review: Review): string {
  const { lint, preview, findings, dangers, cost } = review;
  const mandatory = findings.filter((finding) => finding.mandatory).length;
  const losing = dangers.filter(({ losesData }) => losesData).length;
  return table(
    ["", "", ""],
    [
      [mark(lint.failed), "Lint", lint.failed ? "failed" : "passed"],
      [mark(mandatory > 0), "Policies", policySummary(mandatory, findings.length - mandatory)],
      [mark(preview.failed && preview.errors.length > 0), "Preview", changeSummary(review)],
      [losing > 0 ? "🛑" : "✅", "Data", losing > 0 ? `**${losing} may lose data**` : "nothing loses data"],
      ["💰", "Cost a month", costSummary(cost)],
    ],
  );
}

function mark(bad: boolean): string {
  return bad ? "❌" : "✅";
}

function policySummary(mandatory: number, advisory: number): string {
  if (mandatory + advisory === 0) return "kept";
  const parts = [
    ...(mandatory > 0 ? [`${mandatory} broken`] : []),
    ...(advisory > 0 ? [`${advisory} ${advisory === 1 ? "piece" : "pieces"} of advice`] : []),
  ];
  return parts.join(", ");
}

function changeSummary({ preview, changes }: Review): string {
  const counts = kinds.flatMap(([kind, , title]) => {
    const count = changes.filter((change) => change.kind === kind).length;
    return count === 0 ? [] : [`${count} ${title.toLowerCase()}`];
  });
  const failed = preview.failed && preview.errors.length > 0 ? ["failed"] : [];
  const all = [...failed, ...counts];
  return all.length === 0 ? "nothing changes" : all.join(", ");
}

function dangerSection(dangers: readonly Danger[], rows: number): string[] {
  if (dangers.length === 0) return [];
  const lines = dangers.map(({ change, losesData, meaning }) => [
    losesData ? "🛑 **loses data**" : "⚠️",
    change.kind === "replace" ? "replaced" : "deleted",
    `${code(change.name)} ${cell(change.type.split(":").at(-1) ?? "")}`,
    `${cell(meaning)}${reason(change)}`,
  ]);
  return ["### 🛑 Look at these", table(["", "", "Resource", "What it means"], lines, rows)];
}

function reason({ properties }: Change): string {
  const causes = properties.filter(({ replaces }) => replaces).map(({ path }) => code(path));
  return causes.length === 0 ? "" : `, because of ${causes.join(", ")}`;
}

function findingSection(findings: readonly PolicyFinding[], rows: number): string[] {
  if (findings.length === 0) return [];
  const sorted = [...findings].sort((one, other) => Number(other.mandatory) - Number(one.mandatory));
  const lines = sorted.map(({ mandatory, policy, urn, message }) => [
    mandatory ? "❌" : "💡",
    code(policy),
    code(nameOf(urn)),
    cell(open(message)),
  ]);
  return [
    "### Policies",
    table(["", "Rule", "Resource", "What is wrong, and what would be right"], lines, rows),
  ];
}

/** In which order machines change, what that will meet, and which certificates end. */
function noteSection(notes: readonly string[], rows: number): string[] {
  if (notes.length === 0) return [];
  const shown = notes.slice(0, rows).map((note) => `- ${cell(open(note))}`);
  const more = notes.length > rows ? [`- and ${notes.length - rows} more`] : [];
  return ["### Machines and certificates", [...shown, ...more].join("\n")];
}

function failureSections({ lint, preview }: Review): string[] {
  return [
    ...(preview.failed && preview.errors.length > 0
      ? ["### The preview failed", fenced(preview.errors.map(open).join("\n\n"))]
      : []),
    ...(lint.failed ? [details("What lint says", fenced(open(lint.output)))] : []),
  ];
}

function changeSections(changes: readonly Change[], rows: number): string[] {
  return kinds.flatMap(([kind, sign, title]) => {
    const some = changes.filter((change) => change.kind === kind);
    if (some.length === 0) return [];
    const hasProperties = kind === "update" || kind === "replace";
    const lines = some.map((change) => [
      sign,
      code(change.name),
      code(change.type),
      ...(hasProperties ? [properties(change, rows)] : []),
    ]);
    const headings = ["", "Resource", "Type", ...(hasProperties ? ["What changes"] : [])];
    return [details(`${title}: ${some.length}`, table(headings, lines, rows))];
  });
}

function properties({ properties: all }: Change, rows: number): string {
  const most = Math.max(3, Math.min(12, rows));
  const lines = all
    .slice(0, most)
    .map(
      ({ path, from, to, replaces }) =>
        `${replaces ? "**±** " : ""}${code(path)}: ${code(from)} → ${code(to)}`,
    );
  const rest = all.length - lines.length;
  return [...lines, ...(rest > 0 ? [`… and ${rest} more`] : [])].join("<br>");
}

function costSummary({ billed, before, after, unpriced }: Cost): string {
  if (!billed) return "nothing: the environment runs on this machine";
  const missing = unpriced.length > 0 ? `, and ${unpriced.length} without a price` : "";
  return `**${signed(after - before)}** (${money(before)} → ${money(after)})${missing}`;
}

function costSection(cost: Cost, rows: number): string {
  if (!cost.billed)
    return "The local environment costs nothing: no resource of it is of a cloud that sends bills.";
  const changed = cost.lines.filter((line) => line.before !== line.after);
  const lines = changed.map(({ urn, before, after }) => [
    code(nameOf(urn)),
    money(before),
    money(after),
    signed(after - before),
  ]);
  const missing = cost.unpriced.map(({ urn, reason: why }) => `- ${code(nameOf(urn))}: ${cell(why)}`);
  return details(
    `Cost a month: ${signed(cost.after - cost.before)}`,
    [
      ...(lines.length > 0
        ? [table(["Resource", "Before", "After", "Difference"], lines, rows)]
        : ["Nothing changes."]),
      ...(missing.length > 0
        ? ["Without a price, and so not in the sum:", missing.slice(0, rows).join("\n")]
        : []),
      `List prices on demand of ${prices.region}, machines as of ${prices.instances.date} (review/prices.json has the ` +
        `sources). Other regions differ; traffic, requests and what is stored in buckets come on top.`,
    ].join("\n\n"),
  );
}

function money(amount: number): string {
  return `${amount.toFixed(2)} ${prices.currency}`;
}

function signed(amount: number): string {
  const rounded = Math.abs(amount) < 0.005 ? 0 : amount;
  return `${rounded > 0 ? "+" : rounded < 0 ? "−" : ""}${Math.abs(rounded).toFixed(2)} ${prices.currency}`;
}

/** Messages of others may quote what they complain about. */
function open(message: string): string {
  const secret = secretIn(message);
  return secret === undefined ? message : `(not shown here, as it quotes ${secret}: see \`make preview\`)`;
}

function table(
  headings: readonly string[],
  lines: readonly (readonly string[])[],
  rows = lines.length,
): string {
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const shown = lines.slice(0, rows);
  const rest = lines.length - shown.length;
  return [
    row(headings),
    row(headings.map(() => "---")),
    ...shown.map(row),
    ...(rest > 0 ? ["", `… and ${rest} more, which do not fit here: \`make preview\` shows all.`] : []),
  ].join("\n");
}

function details(summaryText: string, content: string): string {
  return `<details><summary>${summaryText}</summary>\n\n${content}\n\n</details>`;
}

/** A text that Markdown takes for nothing but text, in a table. */
function cell(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .replace(/[\\`*_[\]<>|#@]/g, (character) => (character === "@" ? "&#64;" : `\\${character}`));
}

/** The same as code: its name calls nobody, and is no HTML. */
function code(text: string): string {
  const plain = text.replace(/\s+/g, " ").replaceAll("|", "\\|");
  const fence = "`".repeat(Math.max(0, ...[...plain.matchAll(/`+/g)].map(([ticks]) => ticks.length)) + 1);
  return plain === "" ? "" : fence.length === 1 ? `\`${plain}\`` : `${fence} ${plain} ${fence}`;
}

const quotedLines = 60;

function fenced(text: string): string {
  const lines = text.trim().split("\n");
  const shown = lines.slice(-quotedLines).map((line) => line.slice(0, 400));
  const cut = lines.length > shown.length ? [`… ${lines.length - shown.length} lines before these`] : [];
  const fence = "`".repeat(Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length)) + 1);
  return [`${fence}text`, ...cut, ...shown, fence].join("\n");
}
