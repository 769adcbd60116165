import * as path from "node:path";

import { changesOf } from "../../../review/changes";
import { costOf } from "../../../review/cost";
import { dangersOf } from "../../../review/dangers";
import type { PolicyFinding, Step } from "../../../review/events";
import { isRefused, reportOf, type Review } from "../../../review/report";
import { expectGolden } from "../../support/golden";
import { maskedSecret, step } from "./steps";

function review(steps: readonly Step[], more: Partial<Review> = {}): Review {
  const changes = changesOf(steps);
  return {
    environment: "staging",
    lint: { failed: false, output: "" },
    preview: { failed: false, output: "", errors: [], notes: [] },
    findings: [],
    changes,
    dangers: dangersOf(changes),
    cost: costOf(steps),
    ...more,
  };
}

const steps = [
  step("create", "kubernetes:core/v1:Service", "cart"),
  step("update", "kubernetes:core/v1:Secret", "orders-db", {
    before: { data: maskedSecret },
    after: { data: maskedSecret },
    detailedDiff: { data: { diffKind: "update" } },
  }),
  step("replace", "kubernetes:apps/v1:StatefulSet", "orders-db", {
    before: { spec: { serviceName: "orders" } },
    after: { spec: { serviceName: "orders-db" } },
    detailedDiff: { "spec.serviceName": { diffKind: "update-replace" } },
  }),
  step("delete", "kubernetes:core/v1:PersistentVolumeClaim", "orders-data", {
    before: { spec: { storageClassName: "recycle" } },
  }),
  step("update", "aws:ec2/instance:Instance", "worker", {
    before: { instanceType: "t3.medium" },
    after: { instanceType: "t3.large" },
    diffs: ["instanceType"],
  }),
  step("create", "aws:rds/instance:Instance", "warehouse"),
];

const findings: PolicyFinding[] = [
  {
    policy: "image-versions",
    mandatory: false,
    urn: "urn:pulumi:d::s::t::cart",
    message: 'image: "a|b:latest" <b> @you',
  },
  {
    policy: "aws-encryption",
    mandatory: true,
    urn: "urn:pulumi:d::s::t::warehouse",
    message: "is not encrypted",
  },
];

test("a report with everything in it", () => {
  const found = review(steps, {
    findings,
    lint: { failed: true, output: "stacks/shop.ts\n  3:1  error  ```unused```" },
    preview: { failed: true, output: "", errors: ["cart: the namespace is not there"], notes: [] },
  });
  expectGolden(path.join(__dirname, "..", "..", "golden", "review", "report.md"), reportOf(found));
});

test("a change is refused for lint, a mandatory policy or a failed preview, and not for advice", () => {
  const failed = { failed: true, output: "" };
  expect(isRefused(review(steps))).toBe(false);
  expect(isRefused(review(steps, { findings: findings.slice(0, 1) }))).toBe(false);
  expect(isRefused(review(steps, { findings }))).toBe(true);
  expect(isRefused(review(steps, { lint: failed }))).toBe(true);
  expect(isRefused(review(steps, { preview: { ...failed, errors: [], notes: [] } }))).toBe(true);
});

test("says in which order machines change, and which certificates end", () => {
  const notes = ["roll 1/1: worker-0: replaced", "certificates: those of worker-0 end on 2026-12-24"];
  const report = reportOf(review(steps, { preview: { failed: false, output: "", errors: [], notes } }));
  expect(report).toContain(`### Machines and certificates\n\n- ${notes[0] ?? ""}\n- ${notes[1] ?? ""}\n`);
});

test("nothing to say is said in a few lines", () => {
  const report = reportOf(review([]));
  expect(report).toContain("## ✅ Review of `staging`");
  expect(report).toContain("| ✅ | Preview | nothing changes |");
  expect(report).toContain("The local environment costs nothing");
  expect(report.split("\n").length).toBeLessThan(15);
});

test("a report fits into a comment, and says what it leaves out", () => {
  const many = Array.from({ length: 2000 }, (_, index) =>
    step("create", "kubernetes:core/v1:ConfigMap", `settings-${index}`),
  );
  const report = reportOf(review(many));
  expect(report.length).toBeLessThanOrEqual(60_000);
  expect(report).toMatch(/… and \d+ more, which do not fit here: `make preview` shows all\./);
  expect(report).toContain("2000 new");
});

test("what others say is shown without the secret that it quotes", () => {
  const key = ["-----BEGIN", "PRIVATE KEY-----"].join(" ");
  const report = reportOf(
    review([], {
      lint: { failed: true, output: `leak.ts: ${key}` },
      preview: { failed: true, output: "", errors: [`property kubeconfig value {${key}}`], notes: [] },
      findings: [{ policy: "x", mandatory: true, urn: "urn", message: key }],
    }),
  );
  expect(report).not.toContain(key);
  expect(report.match(/not shown here, as it quotes a private key/g)).toHaveLength(3);
});
