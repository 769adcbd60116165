import type { BenchResult } from "./measure";

/** What people call the results, and what they are compared with; by name, or by a name's beginning with its slash. */
const descriptions: Readonly<Record<string, { readonly what: string; readonly against?: string }>> = {
  "cluster-from-nothing": {
    what: "`pulumi up` of a cluster, 1 control plane and 2 workers, to Ready",
    against: "the same by hand: `bench/by-hand.sh`",
  },
  "boot-to-joined/first-control-plane": { what: "boot of the first control plane, until it has joined" },
  "boot-to-joined/worker": { what: "boot of a worker, until it has joined" },
  "everything-from-nothing": {
    what: "`pulumi up` of everything, until the shop answers",
    against: "a bare cluster by hand",
  },
  "three-control-planes": {
    what: "`pulumi up` of 3 control planes and 2 workers, to Ready",
    against: "1 control plane and 2 workers",
  },
  "kind-1-2": {
    what: "`pulumi up` of 1 control plane and 2 workers, to Ready",
    against: "kind, same programs and images, to Ready",
  },
  "kind-1-2/command-returns": {
    what: "the same, until the command comes back: DNS answers",
    against: "`kind create cluster`, which does not wait for Ready",
  },
  "preview-no-change": {
    what: "`pulumi preview` of everything, nothing changed",
    against: "a program without resources",
  },
  "aws-preview": {
    what: "`pulumi preview` of `prod` on AWS, on an empty stack and a server that answers like AWS",
    against: "of the local environment",
  },
  "memory-per-machine/control-plane": { what: "memory of a control plane at rest", against: "kind's" },
  "memory-per-machine/worker": { what: "memory of a worker at rest", against: "kind's" },
  "image-size/machine-image": { what: "the machine image, with all pod images in it" },
  "image-size/control-plane-adds": { what: "disk that a control plane adds to it" },
  "image-size/worker-adds": { what: "disk that a worker adds to it" },
  "add-a-service-5/preview": { what: "`pulumi preview` of one more microservice, where there are 5" },
  "add-a-service-5/up": { what: "`pulumi up` of it, until its pod is ready" },
  "add-a-service-50/preview": { what: "… `pulumi preview`, where there are 50" },
  "add-a-service-50/up": { what: "… `pulumi up`" },
  "add-a-service-100/preview": { what: "… `pulumi preview`, where there are 100" },
  "add-a-service-100/up": { what: "… `pulumi up`" },
  "add-a-service-cost-per-service/preview": { what: "what each service that is there adds to the preview" },
  "add-a-service-cost-per-service/up": { what: "what each service that is there adds to `pulumi up`" },
  "commit-to-answer": {
    what: "from `git commit` to the new version answering everywhere, the repository looked at every 10 s",
  },
  "lost-requests-rollout": { what: "requests lost while an image is rolled out" },
  "lost-requests-failed-rollout": { what: "… while a rollout fails, and the next one heals it" },
  "lost-requests-pods-deleted": { what: "… while pods of the services are deleted at random" },
  "lost-requests-worker-drained": { what: "… while a worker is drained, and comes back" },
  "lost-requests-monolith-to-microservices": { what: "… while the monolith becomes microservices" },
  "restore-cluster": {
    what: "every machine's disk is lost: `make restore-cluster` and `make restore`, until the shop answers with its orders",
    against: "`pulumi up` of everything, until the shop answers",
  },
  "roll-machine": {
    what: "a loaded worker gets another image, from its stop to Ready",
    against: "boot of a new one, to Ready",
  },
  "roll-machine-drain": { what: "… its drain before that" },
  "single-control-plane-away": { what: "… the API is away while the only control plane does" },
  "single-control-plane-away/lost-pages": { what: "… requests of the shop's pages lost meanwhile" },
  "upgrade-3-2": {
    what: "Kubernetes 1.36.3 to 1.37.2 on 3 control planes and 2 workers, under load",
    against: "five times a worker with its drain",
  },
  "upgrade-lost-requests/pages": {
    what: "requests of the shop's pages lost while it goes from 1.35.4 over 1.36.3 to 1.37.2",
  },
  "upgrade-lost-requests/api": { what: "… of a client that writes to the API" },
  "upgrade-lost-requests/orders-refused": {
    what: "… the longest time without an order, as its one database moves with its node",
  },
  "toolchain-cpu/": { what: "building the toolchain from empty caches, CPU time" },
  "toolchain-wall/": { what: "building the toolchain from empty caches" },
};

/** A Markdown table of the results, those of one name's beginning in one line that adds them up. */
export function resultsTable(results: readonly BenchResult[]): string {
  const lines = Object.entries(descriptions).flatMap(([name, { what, against }]) => {
    const some = results.filter((result) =>
      name.endsWith("/") ? result.name.startsWith(name) : result.name === name,
    );
    const [first] = some;
    if (first === undefined) return [];
    const { unit, reference, ratio } = first;
    const value = some.reduce((sum, each) => sum + each.value, 0);
    const other = reference === null ? "" : `${shown(reference, unit)}: ${against ?? ""}`;
    return [`| ${what} | ${shown(value, unit)} | ${other} | ${ratio?.toFixed(2) ?? ""} |`];
  });
  return ["| measured | | against | ratio |", "| :-- | --: | :-- | --: |", ...lines].join("\n");
}

/** Three digits are as much as a measurement is worth. */
function shown(value: number, unit: string): string {
  const digits = value < 10 && unit !== "requests" ? 1 : 0;
  return `${value.toFixed(digits)} ${unit}`;
}

const begin = "<!-- bench: written by `make bench` -->";
const end = "<!-- /bench -->";

/**
 * The text with a table between its two comments, in the place of whatever is there.
 * @throws Error when the text has no such place
 */
export function withTable(text: string, table: string): string {
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from);
  if (from === -1 || to === -1) throw new Error(`no place for the results: write "${begin}" and "${end}"`);
  return `${text.slice(0, from)}${begin}\n\n${table}\n\n${text.slice(to)}`;
}

/**
 * The text with something between the comments `<!-- name: … -->` and `<!-- /name -->`.
 * @throws Error when the text has no such place
 */
export function between(text: string, name: string, content: string): string {
  const place = new RegExp(`(<!-- ${name}: [^>]*-->)[\\s\\S]*?(<!-- /${name} -->)`);
  if (!place.test(text))
    throw new Error(`no place for it: write "<!-- ${name}: … -->" and "<!-- /${name} -->"`);
  return text.replace(place, (_, begin: string, end: string) => `${begin}\n\n${content}\n\n${end}`);
}
