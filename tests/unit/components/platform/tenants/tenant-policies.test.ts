import { TenantPolicies, type TenantSettings } from "../../../../../components/platform";
import { countByType, recordResources, type Registered, registeredBy } from "../../../../support/recorder";

beforeEach(() => {
  recordResources();
});

const kind = "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy";

interface Policy {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly failurePolicy: string;
    readonly matchConditions: { readonly name: string; readonly expression: string }[];
    readonly validations: {
      readonly expression: string;
      readonly message: string;
      readonly reason: string;
    }[];
  };
}

const create = (settings: TenantSettings = {}): Promise<Registered[]> =>
  registeredBy((options) => new TenantPolicies("tenants", settings, options));

async function policies(settings: TenantSettings = {}): Promise<Record<string, Policy["spec"]>> {
  const made = (await create(settings)).filter(({ type }) => type === kind);
  const specs = made.map(({ inputs }) => inputs as unknown as Policy);
  return Object.fromEntries(
    specs.map(({ metadata: { name }, spec }) => [name.replace(/^tenants-|\.slipway\.dev$/g, ""), spec]),
  );
}

test("registers seven policies, each of which is bound to deny", async () => {
  const resources = await create();
  expect(countByType(resources)).toEqual({
    "slipway:platform:TenantPolicies": 1,
    [kind]: 7,
    [`${kind}Binding`]: 7,
  });
  for (const { type, inputs } of resources.filter(({ type: each }) => each.endsWith("Binding"))) {
    expect({ type, spec: inputs.spec }).toMatchObject({ spec: { validationActions: ["Deny"] } });
  }
});

test("is about whoever is no part of the cluster, and is not let out by a role", async () => {
  for (const { failurePolicy, matchConditions } of Object.values(await policies())) {
    expect(failurePolicy).toBe("Fail");
    expect(matchConditions.map(({ name }) => name)).toEqual(["is-no-part-of-the-cluster", "is-not-let-out"]);
    expect(matchConditions[1]?.expression).toBe(
      "!authorizer.group('slipway.dev').resource('cage').check('leave').allowed()",
    );
  }
});

test("lets tenants make load balancers only where a setting says so", async () => {
  const messages = async (settings: TenantSettings): Promise<string> =>
    JSON.stringify((await policies(settings)).services?.validations);
  expect(await messages({})).toContain("LoadBalancer");
  expect(await messages({ loadBalancers: true })).not.toContain("LoadBalancer");
});

test("lets them have requests of those hosts only that their namespace names, where it names any", async () => {
  const [, validation] = (await policies({})).ingresses?.validations ?? [];
  expect(validation?.message).toContain("slipway.dev/ingress-hosts");
  expect(validation?.expression).toContain(
    "rule.host in namespaceObject.metadata.annotations['slipway.dev/ingress-hosts'].split(',')",
  );
});

test("lets them set the usual annotations of an Ingress and those that a setting names", async () => {
  const [validation] =
    (await policies({ ingressAnnotations: ["example.org/timeout"] })).ingresses?.validations ?? [];
  expect(validation?.expression).toContain('"zalando.org/backend-weights","example.org/timeout"]');
  expect(validation?.expression).not.toMatch(/skipper-(filter|routes|predicate|backend)/);
});
