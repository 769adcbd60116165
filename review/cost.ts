import type { State, Step } from "./events";
import prices from "./prices.json";
import { isRecord, isUnknown, valueAt } from "./records";

/** What a resource costs a month, before and after, in the currency of the price table. */
export interface CostLine {
  readonly urn: string;
  readonly before: number;
  readonly after: number;
}

/** What an environment costs a month by the price table. */
export interface Cost {
  /** Those that cost something. */
  readonly lines: readonly CostLine[];
  readonly before: number;
  readonly after: number;
  /** Resources of a cloud whose price the table does not have: URN, and what is missing. */
  readonly unpriced: readonly { readonly urn: string; readonly reason: string }[];
  /** Whether anything at all is of a cloud that sends bills. */
  readonly billed: boolean;
}

/** A price a month, or why there is none. */
type Price = number | string;

type Inputs = Readonly<Record<string, unknown>>;

const instances: Readonly<Record<string, number>> = prices.instances.perHour;
const gigabytes: Readonly<Record<string, number>> = prices.volumes.perGigabyteMonth;
const monthly = (hourly: number) => hourly * prices.hoursPerMonth;

/** What is priced, by type. Traffic, requests and whatever else depends on use is not. */
const pricing: readonly (readonly [RegExp, (inputs: Inputs, others: readonly Priced[]) => Price])[] = [
  [/^aws:ec2\/instance:/, instancePrice],
  [/^aws:autoscaling\/group:/, groupPrice],
  [/^aws:ebs\/volume:/, (inputs) => volumePrice(inputs)],
  [/^aws:lb\/loadBalancer:/, () => monthly(prices.perHour.loadBalancer)],
  [/^aws:ec2\/natGateway:/, () => monthly(prices.perHour.natGateway)],
  [/^aws:ec2\/eip:/, () => monthly(prices.perHour.publicAddress)],
  [/^aws:ec2\/vpcEndpoint:/, endpointPrice],
  [/^aws:secretsmanager\/secret:/, () => prices.perMonth.secret],
  [/^aws:kms\/key:/, () => prices.perMonth.key],
  [/^aws:cloudwatch\/metricAlarm:/, alarmPrice],
  [
    /^aws:(rds|docdb|neptune|elasticache|redshift|opensearch|msk|mq|eks)\//,
    () => "no price for it in the table",
  ],
];

/** A resource at one moment: before or after. */
interface Priced {
  readonly urn: string;
  readonly type: string;
  readonly state: State;
}

/** The monthly cost of all that a preview went through, unchanged resources among it. */
export function costOf(steps: readonly Step[]): Cost {
  const before = resources(steps, "old");
  const after = resources(steps, "new");
  const [was, is] = [priced(before), priced(after)];
  const urns = [...new Set([...was.keys(), ...is.keys()])];
  const numbers = urns.map((urn) => ({ urn, before: amount(was.get(urn)), after: amount(is.get(urn)) }));
  return {
    lines: numbers.filter((line) => line.before !== 0 || line.after !== 0),
    before: sum(numbers.map((line) => line.before)),
    after: sum(numbers.map((line) => line.after)),
    unpriced: [...is].flatMap(([urn, price]) => (typeof price === "string" ? [{ urn, reason: price }] : [])),
    billed: [...before, ...after].some(({ type }) => /^(aws|gcp|azure(-native)?|digitalocean):/.test(type)),
  };
}

function resources(steps: readonly Step[], side: "old" | "new"): Priced[] {
  return steps.flatMap((step) => {
    const state = step[side];
    return state ? [{ urn: step.urn, type: step.type, state }] : [];
  });
}

function priced(all: readonly Priced[]): Map<string, Price> {
  return new Map(
    all.flatMap(({ urn, type, state }): [string, Price][] => {
      const price = pricing.find(([types]) => types.test(type))?.[1];
      return price
        ? [
            [
              urn,
              price(
                state.inputs,
                all.filter((other) => other.state.parent === state.parent),
              ),
            ],
          ]
        : [];
    }),
  );
}

function amount(price: Price | undefined): number {
  return typeof price === "number" ? price : 0;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function hours(instanceType: unknown): Price {
  if (typeof instanceType !== "string" || isUnknown(instanceType))
    return "its instance type is not known yet";
  const price = instances[instanceType];
  return price === undefined ? `no price for instances of type ${instanceType} in the table` : monthly(price);
}

function instancePrice(inputs: Inputs): Price {
  const machine = hours(inputs.instanceType);
  if (typeof machine === "string") return machine;
  const disks = [inputs.rootBlockDevice, ...list(inputs.ebsBlockDevices)].filter(isRecord);
  return machine + sum(disks.map((disk) => volumePrice(disk)));
}

/** As many machines as it begins with, at the price on demand: what spot saves is not known before. */
function groupPrice(inputs: Inputs, siblings: readonly Priced[]): Price {
  const count = number(inputs.desiredCapacity) ?? number(inputs.minSize) ?? 0;
  const [template] = siblings.filter(({ type }) => type.startsWith("aws:ec2/launchTemplate:"));
  const [override] = list(valueAt(inputs, "mixedInstancesPolicy.launchTemplate.overrides"));
  const machine = hours(valueAt(override, "instanceType") ?? template?.state.inputs.instanceType);
  if (typeof machine === "string") return machine;
  const disks = list(template?.state.inputs.blockDeviceMappings).map((mapping) => valueAt(mapping, "ebs"));
  return count * (machine + sum(disks.filter(isRecord).map((disk) => volumePrice(disk))));
}

/** https://aws.amazon.com/ebs/pricing/: by size, and by what is beyond the included speed. */
function volumePrice(disk: Inputs): number {
  const type = text(disk.type) ?? text(disk.volumeType) ?? "gp3";
  const size = number(disk.size) ?? number(disk.volumeSize) ?? 0;
  const { gp3, io } = prices.volumes;
  const iops = number(disk.iops) ?? 0;
  const throughput = number(disk.throughput) ?? 0;
  const extra =
    type === "gp3"
      ? Math.max(0, iops - gp3.includedIops) * gp3.perIops +
        Math.max(0, throughput - gp3.includedThroughput) * gp3.perThroughput
      : type.startsWith("io")
        ? iops * io.perIops
        : 0;
  return size * (gigabytes[type] ?? 0) + extra;
}

/** An endpoint of the kind Gateway costs nothing. */
function endpointPrice(inputs: Inputs): Price {
  if (inputs.vpcEndpointType !== "Interface") return 0;
  return monthly(prices.perHour.interfaceEndpointPerSubnet) * Math.max(1, list(inputs.subnetIds).length);
}

/** An alarm that computes is paid by the metrics that it computes with: https://aws.amazon.com/cloudwatch/pricing/ */
function alarmPrice(inputs: Inputs): Price {
  const metrics = list(inputs.metricQueries).filter((query) => valueAt(query, "metric") !== undefined);
  return prices.perMonth.alarm * Math.max(1, metrics.length);
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function number(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
