import fc from "fast-check";

import { poolCapacity } from "../../../components/machines/address-plan";
import type { EnvironmentConfig } from "../../../stacks/config";

export const facts = { kubernetesVersions: ["1.36.3", "1.37.2"] } as const;

const letters = Array.from("abcdefghijklmnopqrstuvwxyz0123456789");
/** A stack's name that is right. */
export const stackName = label(20);

/** Text of letters, digits and inner hyphens. */
function label(maxLength: number): fc.Arbitrary<string> {
  const end = fc.constantFrom(...letters);
  const inner = fc.string({ unit: fc.constantFrom(...letters, "-"), maxLength: maxLength - 2 });
  return fc.tuple(end, inner, end).map((parts) => parts.join(""));
}

const cpus = fc.integer({ min: 100, max: 25600 }).map((hundredths) => hundredths / 100);
const memoryMiB = fc.integer({ min: 1536, max: 1024 * 1024 });

/** Machines in 172.16.0.0/12, pods and Services in a half of 10.0.0.0/8 each: so they never overlap. */
const networks = fc.record({
  machines: fc
    .record({ prefixLength: fc.integer({ min: 16, max: 24 }), third: fc.nat(255), second: fc.nat(15) })
    .map(({ prefixLength, third, second }) => {
      const shift = 24 - prefixLength;
      return `172.${16 + second}.${(third >> shift) << shift}.0/${prefixLength}`;
    }),
  pods: fc
    .record({ prefixLength: fc.integer({ min: 12, max: 16 }), second: fc.nat(127) })
    .map(
      ({ prefixLength, second }) =>
        `10.${(second >> (16 - prefixLength)) << (16 - prefixLength)}.0.0/${prefixLength}`,
    ),
  services: fc.integer({ min: 12, max: 24 }).map((prefixLength) => `10.128.0.0/${prefixLength}`),
});

const pool = fc.record({
  maxUnavailable: fc.integer({ min: 1, max: 15 }),
  cpus,
  memoryMiB,
  labels: fc.dictionary(label(63), fc.oneof(fc.constant(""), label(63)), { maxKeys: 4 }),
  taints: fc.uniqueArray(
    fc.record(
      {
        key: label(63),
        value: label(63),
        effect: fc.constantFrom("NoSchedule" as const, "PreferNoSchedule" as const, "NoExecute" as const),
      },
      { requiredKeys: ["key", "effect"] },
    ),
    { maxLength: 4, selector: ({ key, effect }) => `${key}:${effect}` },
  ),
});

const blocks = Array.from({ length: 15 }, (_, index) => index + 1);

/** Any configuration that is right, without the name that it belongs to. */
export const validConfig: fc.Arbitrary<Omit<EnvironmentConfig, "name">> = fc
  .record({
    platform: fc.constant("docker" as const),
    kubernetesVersion: fc.constantFrom(...facts.kubernetesVersions),
    controlPlane: fc.record({ count: fc.constantFrom(1, 3, 5, 7), cpus, memoryMiB }),
    names: fc.uniqueArray(
      label(20).filter((name) => name !== "control-plane"),
      { maxLength: 15 },
    ),
    blocks: fc.shuffledSubarray(blocks, { minLength: 15 }),
    counts: fc.array(fc.nat(poolCapacity(24)), { minLength: 15, maxLength: 15 }),
    pools: fc.array(pool, { minLength: 15, maxLength: 15 }),
    networks,
    ports: fc
      .uniqueArray(fc.integer({ min: 1024, max: 65535 }), { minLength: 4, maxLength: 4 })
      .map(([api = 0, shop = 0, registry = 0, shopTls = 0]) => ({ api, shop, registry, shopTls })),
    shop: fc.constantFrom("monolith", "microservices"),
    hosts: fc.uniqueArray(fc.constantFrom("shop.example.org", "shop", "192.0.2.7")),
    dns: fc.record({
      stubDomains: fc.dictionary(
        fc.constantFrom("corp.example.org", "local"),
        fc.uniqueArray(fc.constantFrom("10.0.0.53", "10.0.1.53:5353"), { minLength: 1 }),
      ),
      hosts: fc.dictionary(fc.constantFrom("erp.example.org", "nas"), fc.ipV4()),
      upstream: fc.uniqueArray(fc.constantFrom("10.0.0.53", "192.0.2.1:1053")),
    }),
    tenants: fc.record({
      loadBalancers: fc.boolean(),
      ingressAnnotations: fc.uniqueArray(fc.constantFrom("example.org/timeout", "example.org/auth")),
    }),
    storage: fc.record({ defaultClass: fc.constantFrom("recycle" as const, "keep" as const) }),
    certificates: fc
      .integer({ min: 4, max: 1825 * 1440 })
      .map((minutes) => ({ validitySeconds: minutes * 60 })),
    clusterBackup: fc.record({
      enabled: fc.boolean(),
      intervalMinutes: fc.integer({ min: 5, max: 1440 }),
      keep: fc.record({ hourly: fc.nat(366), daily: fc.nat(366), weekly: fc.nat(366) }),
    }),
  })
  .map(({ names, blocks: addressBlocks, counts, pools, ...rest }) => ({
    ...rest,
    pools: pools.slice(0, names.length).map((each, position) => ({
      ...each,
      name: names[position] ?? "",
      count: counts[position] ?? 0,
      addressBlock: addressBlocks[position] ?? 0,
    })),
  }));

/** The settings that say what a configuration has: through JSON, as they reach the program. */
export function settingsOf({
  controlPlane,
  pools,
  clusterBackup,
  ...rest
}: Partial<EnvironmentConfig>): Record<string, unknown> {
  const {
    platform,
    kubernetesVersion,
    networks: written,
    ports,
    shop,
    hosts,
    tenants,
    dns,
    storage,
    certificates,
  } = rest;
  const memory = <Size extends { memoryMiB: number }>({ memoryMiB: amount, ...size }: Size) => ({
    ...size,
    memory: amount % 1024 === 0 ? `${amount / 1024}Gi` : `${amount}Mi`,
  });
  const settings = {
    platform,
    kubernetesVersion,
    controlPlane: controlPlane && memory(controlPlane),
    pools: pools?.map(memory),
    networks: written,
    ports,
    shop,
    hosts,
    tenants,
    dns,
    storage,
    certificates: certificates && { validity: `${certificates.validitySeconds / 60}m` },
    clusterBackup: clusterBackup && { ...clusterBackup, ...clusterBackup.keep, keep: undefined },
  };
  return JSON.parse(JSON.stringify(settings)) as Record<string, unknown>;
}
