import { WorkloadNamespace } from "../../../../components/workloads";
import { countByType, inputsOf, recordResources, registeredBy, valueOf } from "../../../support/recorder";

beforeEach(() => {
  recordResources();
});

const networkPolicy = "kubernetes:networking.k8s.io/v1:NetworkPolicy";

test("makes a namespace that enforces Pod Security restricted", async () => {
  let shop: WorkloadNamespace | undefined;
  const resources = await registeredBy((options) => {
    shop = new WorkloadNamespace("shop", options);
  });
  expect(countByType(resources)).toEqual({
    "slipway:workloads:WorkloadNamespace": 1,
    "kubernetes:core/v1:Namespace": 1,
    [networkPolicy]: 2,
    "kubernetes:core/v1:LimitRange": 1,
  });
  expect(inputsOf(resources, "kubernetes:core/v1:LimitRange").spec).toEqual({
    limits: [
      {
        type: "Container",
        defaultRequest: { "ephemeral-storage": "64Mi" },
        default: { "ephemeral-storage": "1Gi" },
      },
    ],
  });
  expect(inputsOf(resources, "kubernetes:core/v1:Namespace").metadata).toEqual({
    name: "shop",
    labels: {
      "app.kubernetes.io/managed-by": "pulumi",
      "pod-security.kubernetes.io/enforce": "restricted",
      "pod-security.kubernetes.io/warn": "restricted",
      "pod-security.kubernetes.io/audit": "restricted",
    },
  });
  expect(shop && (await valueOf(shop.namespaceName))).toBe("shop");
});

test("denies all traffic of all its pods but DNS", async () => {
  const resources = await registeredBy((options) => new WorkloadNamespace("shop", options));
  expect(inputsOf(resources, networkPolicy, "shop-default-deny")).toMatchObject({
    metadata: { name: "default-deny", namespace: "shop" },
    spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
  });
  const deny = inputsOf(resources, networkPolicy, "shop-default-deny").spec;
  expect(deny).not.toHaveProperty("ingress");
  expect(deny).not.toHaveProperty("egress");
  expect(inputsOf(resources, networkPolicy, "shop-allow-dns").spec).toMatchObject({
    podSelector: {},
    policyTypes: ["Egress"],
    egress: [
      {
        ports: [
          { port: 53, protocol: "UDP" },
          { port: 53, protocol: "TCP" },
        ],
      },
    ],
  });
});

test.each([
  ["Shop", 'give 1 to 63 of a-z, 0-9 and "-", with a letter or digit at both ends'],
  ["kube-system", "it is the cluster's own: give namespaces of workloads"],
])("cannot be called %s", (name, advice) => {
  expect(() => new WorkloadNamespace(name, {})).toThrow(
    new Error(`WorkloadNamespace "${name}" cannot work:\n  - name is "${name}": ${advice}`),
  );
});
