import type { BadConfiguration } from "./bad-configuration";

/** What can be wrong with the shop's settings. */
export const shop: BadConfiguration[] = [
  ...(
    [
      ["microservice", '"microservice"'],
      ["", '""'],
      [true, "true"],
      [["monolith"], '["monolith"]'],
    ] as const
  ).map(([shape, shown]) => ({
    settings: { shop: shape },
    line: `slipway:shop: ${shown} is not a shape of the shop; write monolith or microservices`,
  })),
];

/** What can be wrong with the names by which it is reached. */
export const hosts: BadConfiguration[] = [
  {
    settings: { hosts: "shop.example.org" },
    line: 'slipway:hosts: "shop.example.org" is not a list of hosts; write one such as [shop.example.org]',
  },
  ...["Shop.example.org", "shop:8080", "10.0.0", ""].map((host) => ({
    settings: { hosts: [host] },
    line:
      `slipway:hosts[0]: ${JSON.stringify(host)} is not a host; ` +
      "write a name in lower case or an IPv4 address, such as shop.example.org",
  })),
];

/** What can be wrong with the settings of storage. */
export const storage: BadConfiguration[] = [
  {
    settings: { storage: { defaultClass: "fast" } },
    line: 'slipway:storage.defaultClass: "fast" is not a storage class of the platform; write recycle or keep',
  },
  {
    settings: { storage: { defaultClass: true } },
    line: "slipway:storage.defaultClass: true is not a storage class of the platform; write recycle or keep",
  },
  {
    settings: { tenants: { loadBalancers: "yes" } },
    line: 'slipway:tenants.loadBalancers: "yes" is neither true nor false; write true or false',
  },
  {
    settings: { tenants: { ingressAnnotations: ["no name"] } },
    line: 'slipway:tenants.ingressAnnotations[0]: "no name" is not a name of an annotation; write one such as example.org/timeout',
  },
  {
    settings: { dns: { upstream: ["one.one.one.one"] } },
    line: 'slipway:dns.upstream[0]: "one.one.one.one" is not a name server; write an IPv4 address such as 10.0.0.53, or 10.0.0.53:5353',
  },
  {
    settings: { dns: { stubDomains: { "corp.example.org": ["ns1"] } } },
    line: 'slipway:dns.stubDomains["corp.example.org"][0]: "ns1" is not a name server; write an IPv4 address such as 10.0.0.53, or 10.0.0.53:5353',
  },
  {
    settings: { dns: { stubDomains: { "corp.example.org": [] } } },
    line: 'slipway:dns.stubDomains["corp.example.org"]: [] is not a list of name servers; write one such as [10.0.0.53]',
  },
  {
    settings: { dns: { hosts: { "erp.example.org": "erp" } } },
    line: 'slipway:dns.hosts["erp.example.org"]: "erp" is not an address; write an IPv4 address such as 192.168.1.20',
  },
  {
    settings: { dns: { hosts: { Erp: "10.0.0.1" } } },
    line: 'slipway:dns.hosts.Erp: "Erp" is not a name of DNS; write one in lower case, such as corp.example.org',
  },
  {
    settings: { storage: "keep" },
    line: 'slipway:storage: "keep" is not a group of settings; write some of defaultClass',
  },
  {
    settings: { storage: { defaultClas: "keep" } },
    line: "slipway:storage.defaultClas: is not a setting; write slipway:storage.defaultClass",
  },
];
