import type { PolicyResource, ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";

import { defaultsOf, type Resource, type Rule, schemaOf, type Settings } from "./rule";
import { isValues, readable, type Values } from "./values";

/** A rule as Pulumi runs it. */
export function policy(rule: Rule): ResourceValidationPolicy | StackValidationPolicy {
  const common = {
    name: rule.name,
    description: rule.description,
    enforcementLevel: rule.level,
    configSchema: schemaOf(rule),
  };
  const settings = (given: Settings): Settings => ({ ...defaultsOf(rule), ...given });
  if ("check" in rule) {
    return {
      ...common,
      validateResource: (args, report) => {
        const { type, name, urn, props } = args;
        const problems = rule.check({ type, name, urn, props: values(props) }, settings(args.getConfig()));
        for (const problem of problems) report(problem);
      },
    };
  }
  return {
    ...common,
    validateStack: (args, report) => {
      const findings = rule.checkStack(args.resources.map(seen), settings(args.getConfig()));
      for (const { message, urn } of findings) report(message, urn);
    },
  };
}

function seen({ type, name, urn, props, propertyDependencies }: PolicyResource): Resource {
  const sources = Object.entries(propertyDependencies).map(([property, resources]): [string, string[]] => [
    property,
    resources.map((resource) => resource.urn),
  ]);
  return { type, name, urn, props: values(props), sources: Object.fromEntries(sources) };
}

function values(props: Record<string, unknown>): Values {
  const read = readable(props);
  return isValues(read) ? read : {};
}
