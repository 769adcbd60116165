import { Shop, type ShopShape } from "../../../stacks/shop";
import {
  countByType,
  inputsOf,
  recordResources,
  type Registered,
  registeredBy,
} from "../../support/recorder";

const deployment = "kubernetes:apps/v1:Deployment";
const policy = "kubernetes:networking.k8s.io/v1:NetworkPolicy";
const ingress = "kubernetes:networking.k8s.io/v1:Ingress";
const image = "docker:index/remoteImage:RemoteImage";

async function shop(shape: ShopShape): Promise<Registered[]> {
  recordResources();
  return registeredBy((options) => {
    const images = { nodeImage: "slipway/node:1", debianImage: "slipway/debian:1" };
    const backups = { recipient: "age1everybody", keep: { hourly: 3, daily: 2, weekly: 1 } };
    return new Shop(
      "shop",
      { shape, registry: "127.0.0.1:5000", podsAfter: [], backups, ...images },
      options,
    );
  });
}

const namesOf = (resources: readonly Registered[], type: string): string[] =>
  resources
    .filter((resource) => resource.type === type)
    .map(({ name }) => name)
    .sort();

interface IngressSpec {
  readonly rules: readonly [{ readonly http: { readonly paths: readonly [{ readonly backend: unknown }] } }];
}

const backendOf = (resources: readonly Registered[]): unknown =>
  (inputsOf(resources, ingress).spec as unknown as IngressSpec).rules[0].http.paths[0].backend;

describe.each([
  ["monolith", ["monolith"], "monolith"],
  ["microservices", ["cart", "catalog", "orders", "payments", "storefront"], "storefront"],
] as const)("the shop as %s", (shape, services, front) => {
  it("has these programs, an image for each, and the database", async () => {
    const resources = await shop(shape);
    expect(namesOf(resources, deployment)).toEqual(services);
    expect(namesOf(resources, image)).toEqual([...services, "postgres"].map((name) => `shop-${name}`).sort());
    expect(countByType(resources)).toMatchObject({
      "kubernetes:apps/v1:StatefulSet": 1,
      "slipway:workloads:PostgresBackup": 1,
      "pulumi-nodejs:dynamic/pki:Password": 1,
      [ingress]: 1,
    });
  });

  it("answers from outside by its front", async () => {
    expect(backendOf(await shop(shape))).toEqual({ service: { name: front, port: { name: "http" } } });
  });
});

test("the database is backed up each hour, and its backups are kept and encrypted as the cluster's are", async () => {
  const { spec } = inputsOf(await shop("monolith"), "kubernetes:batch/v1:CronJob", "orders-backup");
  expect(spec.schedule).toBe("0 * * * *");
  const text = JSON.stringify(spec);
  expect(text).toContain('{"name":"KEEP","value":"1 3 2 1"}');
  expect(text).toContain('{"name":"RECIPIENT","value":"age1everybody"}');
});

test("the database is the same in either shape, so that it stays when the shop moves", async () => {
  const stays = async (shape: ShopShape) =>
    (await shop(shape)).filter(({ name }) => /^(shop-postgres|orders-db|orders-backup)/.test(name));
  const [before, after] = [await stays("monolith"), await stays("microservices")];
  expect(before.length).toBeGreaterThan(5);
  expect(after).toEqual(before);
});

test("each hour the shop's own database is backed up, to a volume that outlives the environment", async () => {
  const resources = await shop("microservices");
  const claims = resources.filter(({ type }) => type === "kubernetes:core/v1:PersistentVolumeClaim");
  expect(claims.map(({ inputs }) => inputs.spec)).toMatchObject([{ storageClassName: "keep" }]);
  const jobs = resources.filter(({ type }) => type === "kubernetes:batch/v1:CronJob");
  expect(jobs.map(({ name, inputs }) => [name, inputs.spec])).toMatchObject([
    ["orders-backup", { schedule: "0 * * * *" }],
    ["orders-backup-restore", { suspend: true }],
  ]);
  expect(JSON.stringify(jobs[0]?.inputs.spec)).toContain('"name":"PGHOST","value":"orders-db.shop"');
});

test("microservices may reach those that they call, and nobody else", async () => {
  const edges = namesOf(await shop("microservices"), policy).filter((name) => name.includes("-to-"));
  expect(edges).toEqual([
    "cart-to-catalog",
    "orders-backup-to-orders-db",
    "orders-to-cart",
    "orders-to-orders-db",
    "orders-to-payments",
    "shop-ingress-to-storefront",
    "storefront-to-cart",
    "storefront-to-catalog",
    "storefront-to-orders",
  ]);
});

test("an image's tag is by what it is made of: services have different ones, whatever the registry", async () => {
  const resources = await shop("microservices");
  const tags = resources
    .filter(({ type }) => type === image)
    .map(({ inputs }) => String(inputs.name).split(":").pop());
  expect(new Set(tags).size).toBe(tags.length);
  for (const tag of tags) expect(tag).toMatch(/^[0-9a-f]{12}$/);
});
