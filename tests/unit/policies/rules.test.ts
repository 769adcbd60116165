import { unknownCheckingProxy } from "@pulumi/policy";

import { defaultsOf, type Resource, type Rule, schemaOf, type Settings } from "../../../policies/rule";
import { rules } from "../../../policies/rules";
import { at, readable, unknown } from "../../../policies/values";
import { policyExamples } from "../../support/policy-examples";
import { deployment, resourcesOf } from "../../support/policy-examples/example";

function messages(rule: Rule, resources: readonly Resource[], given: Settings = {}): string[] {
  const settings = { ...defaultsOf(rule), ...given };
  if ("checkStack" in rule) return rule.checkStack(resources, settings).map(({ message }) => message);
  return resources.flatMap((resource) => rule.check(resource, settings));
}

function ruleOf(name: string): Rule {
  const rule = rules.find((it) => it.name === name);
  if (rule === undefined) throw new Error(`no rule ${name}`);
  return rule;
}

describe.each(policyExamples)("$rule", ({ rule: name, examples }) => {
  test.each(examples)("$title", (example) => {
    expect(messages(ruleOf(name), resourcesOf(name, example))).toEqual(example.says);
  });

  test("has an example that passes and one that fails", () => {
    expect(examples.some(({ says }) => says.length === 0)).toBe(true);
    expect(examples.some(({ says }) => says.length > 0)).toBe(true);
  });
});

test("every rule has examples", () => {
  expect(policyExamples.map(({ rule }) => rule).sort()).toEqual(rules.map(({ name }) => name).sort());
});

test.each(rules)(
  "$name is mandatory unless a person says otherwise, and its settings have a schema",
  (rule) => {
    expect(rule.level).toBe("mandatory");
    expect(Object.keys(schemaOf(rule).properties)).toEqual(Object.keys(rule.settings));
  },
);

describe("settings", () => {
  const one = (resource: ReturnType<typeof deployment>) =>
    resourcesOf("x", { title: "", resources: [resource], says: [] });

  test("a variable that is no secret may be allowed", () => {
    const resources = one(deployment({ container: { env: [{ name: "CSRF_TOKEN", value: "off" }] } }));
    expect(messages(ruleOf("plain-secrets"), resources)).toHaveLength(1);
    expect(messages(ruleOf("plain-secrets"), resources, { allowed: ["CSRF_TOKEN"] })).toEqual([]);
  });

  test("a component of another name may be the platform", () => {
    const resources = one({ ...deployment({ pod: { hostNetwork: true } }), parent: "acme:network:Cni" });
    expect(messages(ruleOf("privileged-pods"), resources)).toHaveLength(1);
    expect(messages(ruleOf("privileged-pods"), resources, { platform: ["acme:"] })).toEqual([]);
  });

  test("a cluster without a default class wants claims to name one", () => {
    const resources = one({ type: "kubernetes:core/v1:PersistentVolumeClaim", props: { spec: {} } });
    expect(messages(ruleOf("storage-classes"), resources, { default: [], classes: ["gold"] })).toEqual([
      "names no storage class, and the cluster has no default; write gold",
    ]);
  });

  test("required tags may be others", () => {
    const resources = one({ type: "aws:ec2/vpc:Vpc", props: { tags: { team: "a" } } });
    expect(messages(ruleOf("aws-tags"), resources, { required: ["team"] })).toEqual([]);
  });
});

describe("what is not known at a preview", () => {
  // As the SDK marks it: https://github.com/pulumi/pulumi/blob/v3.259.0/sdk/nodejs/runtime/rpc.ts (unknownValue)
  const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
  // Its types are not published.
  const proxied = unknownCheckingProxy as (props: object) => object;
  const read = readable(proxied({ spec: { image: unknownText, port: 80 } }));

  test("is told from what is", () => {
    expect(read).toEqual({ spec: { image: unknown, port: 80 } });
    expect(at(read, "spec", "image", "anything")).toBe(unknown);
  });

  test.each(rules)("breaks no rule: $name", (rule) => {
    const resources = policyExamples.flatMap(({ rule: name, examples }) =>
      examples.flatMap((example) => resourcesOf(name, example)),
    );
    const types = [...new Set(resources.map(({ type }) => type))];
    const unknowns = types.map((type): Resource => ({
      type,
      name: type,
      urn: `urn::${type}`,
      props: { metadata: unknown, spec: unknown },
    }));
    expect(() => messages(rule, unknowns)).not.toThrow();
    if (!rule.name.startsWith("aws-")) expect(messages(rule, unknowns)).toEqual([]);
  });
});
