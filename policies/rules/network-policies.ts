import { isOfPlatform, namespaceOf, platformSetting, podsOf } from "../kubernetes";
import type { Resource, StackRule } from "../rule";
import { at, elements, isValues, text, unknown, type Value } from "../values";

type Direction = "Ingress" | "Egress";

/** A pod that no policy selects may talk to all others, and all to it. */
export const networkPolicies: StackRule = {
  name: "network-policies",
  description: "A network policy says whom each pod talks to, both ways",
  level: "mandatory",
  settings: platformSetting,
  checkStack: (resources, settings) => {
    const policies = resources.filter(({ type }) => type === "kubernetes:networking.k8s.io/v1:NetworkPolicy");
    return resources
      .filter((resource) => podsOf(resource) !== undefined && !isOfPlatform(resource, settings))
      .flatMap((resource) => {
        const open = (["Ingress", "Egress"] as const).filter(
          (direction) => !policies.some((policy) => governs(policy, resource, direction)),
        );
        return open.length === 0 ? [] : [{ urn: resource.urn, message: message(resource, open) }];
      });
  },
};

function message(resource: Resource, open: readonly Direction[]): string {
  const namespace = text(namespaceOf(resource)) ?? "its namespace";
  return (
    `no network policy of ${namespace} limits its ${open.join(" and ").toLowerCase()}; put it into a WorkloadNamespace, ` +
    `or add a NetworkPolicy that selects its pods, with policyTypes: [${open.join(", ")}]`
  );
}

/** What is not known yet is taken for right: `pulumi up` looks again when it is. */
function governs(policy: Resource, workload: Resource, direction: Direction): boolean {
  const [here, there] = [namespaceOf(policy), namespaceOf(workload)];
  const near = here === there || here === unknown || there === unknown;
  return (
    near &&
    directions(policy).includes(direction) &&
    selects(at(policy.props, "spec", "podSelector"), workload)
  );
}

/** https://kubernetes.io/docs/concepts/services-networking/network-policies/#networkpolicy-resource: the defaults. */
function directions({ props }: Resource): Value[] {
  const types = at(props, "spec", "policyTypes");
  if (types === unknown) return ["Ingress", "Egress"];
  if (types !== undefined) return [...elements(types)];
  return at(props, "spec", "egress") === undefined ? ["Ingress"] : ["Ingress", "Egress"];
}

function selects(selector: Value, workload: Resource): boolean {
  const labels = at(podsOf(workload), "metadata", "labels");
  const wanted = at(selector, "matchLabels");
  const equal = isValues(wanted)
    ? Object.entries(wanted).every(([name, value]) => matches(at(labels, name), [value]))
    : true;
  return equal && elements(at(selector, "matchExpressions")).every((expression) => holds(expression, labels));
}

function holds(expression: Value, labels: Value): boolean {
  const label = at(labels, text(at(expression, "key")) ?? "");
  const values = elements(at(expression, "values"));
  switch (at(expression, "operator")) {
    case "In":
      return matches(label, values);
    case "NotIn":
      return label === undefined || !values.includes(label);
    case "Exists":
      return label !== undefined;
    case "DoesNotExist":
      return label === undefined;
    default:
      return true;
  }
}

function matches(label: Value, values: readonly Value[]): boolean {
  return label === unknown || values.includes(unknown) || values.includes(label);
}
