import { Exposure, type ExposureArgs, Microservice } from "../../../../components/workloads";
import {
  countByType,
  inputsOf,
  recordResources,
  type Registered,
  registeredBy,
} from "../../../support/recorder";

beforeEach(() => {
  recordResources();
});

const namespace = "shop";
const image = "127.0.0.1:5000/catalog@sha256:00";
const ingressType = "kubernetes:networking.k8s.io/v1:Ingress";
const networkPolicy = "kubernetes:networking.k8s.io/v1:NetworkPolicy";
const storefront = { serviceName: "storefront", namespace };
const catalog = { serviceName: "catalog", namespace, port: 9000 };

function expose(routes: ExposureArgs["routes"], name = "web"): Promise<Registered[]> {
  return registeredBy((options) => new Exposure(name, { namespace, routes }, options));
}

const backend = (name: string) => ({ service: { name, port: { name: "http" } } });

test("leads every request to one microservice, and lets only the ingress in", async () => {
  const resources = await expose([{ to: storefront }]);
  expect(countByType(resources)).toEqual({
    "slipway:workloads:Exposure": 1,
    "pulumi-nodejs:dynamic/workloads:SettledRoutes": 2,
    [ingressType]: 1,
    [networkPolicy]: 1,
  });
  expect(inputsOf(resources, ingressType)).toMatchObject({
    metadata: { name: "web", namespace },
    spec: {
      ingressClassName: "skipper",
      rules: [{ http: { paths: [{ path: "/", pathType: "Prefix", backend: backend("storefront") }] } }],
    },
  });
  expect(inputsOf(resources, networkPolicy)).toMatchObject({
    metadata: { name: "web-ingress-to-storefront", namespace },
    spec: {
      podSelector: { matchLabels: { "app.kubernetes.io/name": "storefront" } },
      policyTypes: ["Ingress"],
      ingress: [
        {
          from: [
            {
              namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "ingress" } },
              podSelector: { matchLabels: { "app.kubernetes.io/name": "skipper" } },
            },
          ],
          ports: [{ port: 8080, protocol: "TCP" }],
        },
      ],
    },
  });
});

test("has a rule for each host with its paths, and one policy for each microservice", async () => {
  const resources = await expose([
    { host: "shop.example.org", to: storefront },
    { host: "shop.example.org", path: "/api", to: catalog },
    { host: "api.example.org", to: catalog },
  ]);
  expect(inputsOf(resources, ingressType).spec.rules).toEqual([
    {
      host: "shop.example.org",
      http: {
        paths: [
          { path: "/", pathType: "Prefix", backend: backend("storefront") },
          { path: "/api", pathType: "Prefix", backend: backend("catalog") },
        ],
      },
    },
    {
      host: "api.example.org",
      http: { paths: [{ path: "/", pathType: "Prefix", backend: backend("catalog") }] },
    },
  ]);
  expect(countByType(resources)[networkPolicy]).toBe(2);
  expect(inputsOf(resources, networkPolicy, "web-ingress-to-catalog").spec.ingress).toMatchObject([
    { ports: [{ port: 9000 }] },
  ]);
});

test("shares out the requests between a microservice and its canary", async () => {
  const resources = await registeredBy((options) => {
    const canary = { image, weight: 10 };
    const service = new Microservice("catalog", { namespace, image, rollout: { canary } }, options);
    new Exposure("web", { namespace, routes: [{ to: service }] }, options);
  });
  const { metadata, spec } = inputsOf(resources, ingressType);
  expect(spec.rules).toMatchObject([
    { http: { paths: [{ backend: backend("catalog") }, { backend: backend("catalog-canary") }] } },
  ]);
  expect(JSON.parse(metadata.annotations?.["zalando.org/backend-weights"] ?? "")).toEqual({
    catalog: 90,
    "catalog-canary": 10,
  });
});

const place = (index: number): string => `routes[${index}] leads from there already: leave one out`;

test.each<[ExposureArgs["routes"], string]>([
  [[], "routes is []: give one at least, such as { to: storefront }"],
  [
    [{ host: "Shop.example.org", to: storefront }],
    'routes[0].host is "Shop.example.org": give a name in lower case, such as shop.example.org',
  ],
  [
    [{ host: "localhost:8080", to: storefront }],
    'routes[0].host is "localhost:8080": give a name in lower case, such as shop.example.org',
  ],
  [
    [{ path: "api", to: storefront }],
    'routes[0].path is "api": give a path such as "/" or "/api", without "/" at its end',
  ],
  [[{ to: storefront }, { path: "/", to: catalog }], `routes[1] is "/": ${place(0)}`],
  [
    [{ to: { serviceName: "X", namespace } }],
    'routes[0].to.serviceName is "X": give 1 to 63 of a-z, 0-9 and "-", with a letter first and no "-" last',
  ],
  [[{ to: { ...catalog, port: 65536 } }], "routes[0].to.port is 65536: give a whole number from 1 to 65535"],
  [
    [{ host: "10.0.0.1", to: storefront }],
    'routes[0].host is "10.0.0.1": give a name in lower case, such as shop.example.org',
  ],
  [
    [{ path: "/api/", to: storefront }],
    'routes[0].path is "/api/": give a path such as "/" or "/api", without "/" at its end',
  ],
])("%j gets one clear line", async (routes, line) => {
  await expect(expose(routes)).rejects.toThrow(new Error(`Exposure "web" cannot work:\n  - ${line}`));
});

test("names every wrong setting in one error, before anything is made", async () => {
  const create = registeredBy((options) => {
    const args = { namespace, routes: [{ path: "a b", to: storefront }], ingressClass: "Nginx" };
    new Exposure("Web", args, options);
  });
  await expect(create).rejects.toThrow(
    [
      'Exposure "Web" cannot work:',
      '  - name is "Web": give a-z, 0-9, "-" and ".", with a letter or digit at both ends',
      '  - routes[0].path is "a b": give a path such as "/" or "/api", without "/" at its end',
      '  - ingressClass is "Nginx": give the name of an IngressClass',
    ].join("\n"),
  );
  expect(await registeredBy(() => undefined)).toEqual([]);
});
