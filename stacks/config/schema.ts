import { isIPv4 } from "node:net";

import { z } from "zod";

import { lastAddressBlock, poolCapacity } from "../../components/machines/address-plan";
import { recipientPattern } from "../../toolchain/cluster-backups/recovery-key";
import { awsSettings, instanceType, instanceTypes, volume } from "./aws-schema";
import type { TaintConfig, ToolchainFacts } from "./environment-config";
import {
  isDnsLabel,
  isHost,
  isKubeletLabel,
  isLabelName,
  isLabelValue,
  memoryMiB,
  seconds,
} from "./kubernetes-syntax";
import { networkRules } from "./network-rules";
import { alternatives, shown } from "./problems";
import { network, settingsGroup, wholeNumber, wording } from "./schema-parts";

/** What an environment's machines can be. */
export const platforms = ["docker", "aws"] as const;

/** Stack and pool names: with both, an index and the words between them, a host name has at most 63 characters. */
export const maxNameLength = 20;
export const nameAdvice = `at most ${maxNameLength} lower-case letters, digits and hyphens, with a letter or digit at both ends`;

/** The settings as a person wrote them, each on its own checked: what depends on two of them is in checks.ts. */
export type Settings = z.output<ReturnType<typeof settingsSchema>>;

/** The shape of a stack's settings. Every one is optional, so that those that are sound can be looked at alone. */
export function settingsSchema({ kubernetesVersions }: ToolchainFacts) {
  const versions = alternatives(kubernetesVersions);
  return settingsGroup({
    platform: z.enum(platforms, wording("is not a platform", platforms.join(" or "))),
    kubernetesVersion: z.enum(
      kubernetesVersions,
      wording("is not a Kubernetes version that the toolchain has", versions),
    ),
    controlPlane: settingsGroup({
      count: z.literal(
        [1, 3, 5, 7],
        wording("is not a number of control planes", "1, 3, 5 or 7: an even one survives no more failures"),
      ),
      cpus: cpus(1),
      memory: memory("1.5Gi"),
      instanceType: instanceType().optional(),
      rootVolume: volume(8),
      etcdVolume: volume(8),
    }),
    pools: z
      .array(pool(), wording("is not a list of pools", "one such as [{name: worker, count: 2}]"))
      .max(lastAddressBlock, wording("is too many pools", `at most ${lastAddressBlock}`)),
    certificates: settingsGroup({ validity: validity() }),
    networks: settingsGroup({
      machines: network(networkRules.machines),
      pods: network(networkRules.pods),
      services: network(networkRules.services),
    }),
    ports: settingsGroup({ api: port(), shop: port(), registry: port(), shopTls: port() }),
    shop: z.enum(
      ["monolith", "microservices"],
      wording("is not a shape of the shop", "monolith or microservices"),
    ),
    hosts: hosts(),
    dns: settingsGroup({
      stubDomains: z.record(zoneName(), nameServers().min(1, nameServersWording)),
      hosts: z.record(zoneName(), hostAddress()),
      upstream: nameServers(),
    }),
    storage: settingsGroup({
      defaultClass: z.enum(
        ["recycle", "keep"],
        wording("is not a storage class of the platform", "recycle or keep"),
      ),
    }),
    clusterBackup: settingsGroup({
      enabled: z.boolean(wording("is not a yes or no", "true or false")),
      intervalMinutes: wholeNumber("is not a number of minutes", 5, 1440),
      hourly: kept("hours"),
      daily: kept("days"),
      weekly: kept("weeks"),
      recipient: z
        .string(recipientWording)
        .refine((text) => recipientPattern.test(text), recipientWording)
        .optional(),
    }),
    tenants: settingsGroup({
      loadBalancers: z.boolean(wording("is neither true nor false", "true or false")),
      ingressAnnotations: z.array(
        annotationName(),
        wording("is not a list of annotations", "one such as [example.org/timeout]"),
      ),
    }),
    gitops: settingsGroup({
      port: port(),
      intervalSeconds: wholeNumber("is not a number of seconds", 5, 3600),
    }),
    aws: awsSettings(),
  }).unwrap();
}

const recipientWording = wording(
  "is not the public half of a recovery key",
  "what make recovery-key prints, which begins with age1",
);

function kept(what: string) {
  return wholeNumber(`is not a number of ${what}`, 0, 366);
}

function pool() {
  const name = wording("is not a name for a pool", nameAdvice);
  return settingsGroup({
    name: z
      .string(name)
      .refine((text) => isDnsLabel(text, maxNameLength), name)
      .refine(
        (text) => text !== "control-plane",
        wording("is the name of the control planes", "another one"),
      ),
    count: wholeNumber("is not a number of machines", 0, poolCapacity(16)),
    cpus: cpus(0.5),
    memory: memory("512Mi"),
    labels: labels(),
    taints: taints(),
    maxUnavailable: wholeNumber("is not a number of machines", 1, poolCapacity(16)),
    addressBlock: wholeNumber("is not a number of an address block", 1, lastAddressBlock),
    instanceTypes: instanceTypes(),
    min: wholeNumber("is not a number of machines", 0, poolCapacity(16)),
    max: wholeNumber("is not a number of machines", 0, poolCapacity(16)),
    spot: settingsGroup({
      onDemandBase: wholeNumber("is not a number of machines", 0, poolCapacity(16)),
      onDemandPercent: wholeNumber("is not a percentage", 0, 100),
    }),
    rootVolume: volume(8),
  }).unwrap();
}

function labels() {
  const value = wording("is not a value of a label", labelValueAdvice);
  return z
    .record(
      labelName().refine(
        isKubeletLabel,
        wording(
          "is not a label that a kubelet may set",
          "one under node.kubernetes.io/ or under a domain of your own",
        ),
      ),
      z.string(value).refine(isLabelValue, value),
      wording("is not a set of labels", "one such as {disk: fast}"),
    )
    .optional();
}

function taints() {
  const value = wording("is not a value of a taint", labelValueAdvice);
  const taint = z.strictObject(
    {
      key: labelName(),
      value: z.string(value).refine(isLabelValue, value).optional(),
      effect: z.enum(
        ["NoSchedule", "PreferNoSchedule", "NoExecute"],
        wording("is not an effect of a taint", "NoSchedule, PreferNoSchedule or NoExecute"),
      ),
    },
    wording("is not a taint", "one such as {key: gpu, effect: NoSchedule}"),
  );
  return z
    .array(taint, wording("is not a list of taints", "one such as [{key: gpu, effect: NoSchedule}]"))
    .superRefine((list, context) => {
      for (const [index, { key, effect }] of list.entries()) {
        if (isRepeated(list, index)) {
          const message = `${shown(`${key}:${effect}`)} is there twice; write each key and effect once`;
          context.addIssue({ code: "custom", path: [index], message });
        }
      }
    })
    .optional();
}

function isRepeated(list: readonly TaintConfig[], index: number): boolean {
  return list
    .slice(0, index)
    .some(({ key, effect }) => key === list[index]?.key && effect === list[index].effect);
}

const labelValueAdvice =
  'text of at most 63 letters, digits, "-", "_" and ".", with a letter or digit at both ends, in quotes';

function labelName() {
  const name = wording(
    "is not a name of a label or taint",
    'at most 63 letters, digits, "-", "_" and ".", if need be after a domain and "/"',
  );
  return z.string(name).refine(isLabelName, name);
}

function annotationName() {
  const name = wording("is not a name of an annotation", "one such as example.org/timeout");
  return z.string(name).refine(isLabelName, name);
}

/** Docker takes processors in steps of 10⁻⁹; hundredths are exact enough, and keep 0.1 + 0.2 out. */
function cpus(min: number) {
  const max = 256;
  const error = wording(
    "is not a number of processors",
    `a number from ${min} to ${max} with at most two decimals`,
  );
  return z.number(error).gte(min, error).lte(max, error).multipleOf(0.01, error).optional();
}

function memory(min: string) {
  const max = "1024Gi";
  const error = wording("is not an amount of memory", `one from ${min} to ${max}, such as 2Gi or 1536Mi`);
  return z
    .string(error)
    .refine((text) => memoryMiB(text) >= memoryMiB(min) && memoryMiB(text) <= memoryMiB(max), error)
    .transform(memoryMiB)
    .optional();
}

/** How long certificates are good for, in seconds: no longer than half of what the authority has that signs them. */
function validity() {
  const [min, max] = ["4m", "1825d"];
  const advice = `a whole number of days, hours or minutes from ${min} to ${max}, such as 365d, 12h or 30m`;
  const error = wording("is not how long certificates can be good for", advice);
  return z
    .string(error)
    .refine((text) => seconds(text) >= seconds(min) && seconds(text) <= seconds(max), error)
    .transform(seconds)
    .optional();
}

function port() {
  return wholeNumber("is not a port that needs no privilege", 1024, 65535);
}

const nameServersWording = wording("is not a list of name servers", "one such as [10.0.0.53]");

function zoneName() {
  const name = wording("is not a name of DNS", "one in lower case, such as corp.example.org");
  return z.string(name).refine((text) => isHost(text) && !isIPv4(text), name);
}

/** IPv4 addresses, with a port where it is not DNS' own. */
function nameServers() {
  const server = wording("is not a name server", "an IPv4 address such as 10.0.0.53, or 10.0.0.53:5353");
  const isServer = (text: string): boolean => {
    const [address = "", port = "53", ...more] = text.split(":");
    return (
      isIPv4(address) &&
      /^\d{1,5}$/.test(port) &&
      Number(port) >= 1 &&
      Number(port) <= 65535 &&
      more.length === 0
    );
  };
  return z.array(z.string(server).refine(isServer, server), nameServersWording);
}

function hostAddress() {
  const address = wording("is not an address", "an IPv4 address such as 192.168.1.20");
  return z.string(address).refine((text) => isIPv4(text), address);
}

function hosts() {
  const host = wording("is not a host", "a name in lower case or an IPv4 address, such as shop.example.org");
  return z
    .array(
      z.string(host).refine(isHost, host),
      wording("is not a list of hosts", "one such as [shop.example.org]"),
    )
    .optional();
}
