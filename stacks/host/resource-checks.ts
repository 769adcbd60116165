import type { EnvironmentConfig } from "../config/environment-config";
import { type CrossProblem, settingPath } from "../config/problems";
import type { DockerFacts } from "./docker-facts";

/** Machines that are alike. */
export interface MachineGroup {
  /** What the machines' names begin with. */
  readonly name: string;
  readonly path: readonly PropertyKey[];
  readonly count: number;
  readonly cpus: number;
  readonly memoryMiB: number;
}

/** The control planes and the pools. */
export function machineGroups({ controlPlane, pools }: EnvironmentConfig): MachineGroup[] {
  return [
    { ...controlPlane, name: "control-plane", path: ["controlPlane"] },
    ...pools.map((pool, position) => ({ ...pool, path: ["pools", position] })),
  ];
}

/**
 * How many times the host's memory the machines' limits may be in all. A machine uses far less than its limit: three
 * of 3 GiB, idle, some 2 GiB together.
 */
const overcommit = 2;

type HostSize = Pick<DockerFacts, "cpus" | "memoryBytes">;

/** Machines that are larger than the host, or far too many for it. */
export function resourceProblems(config: EnvironmentConfig, host: HostSize): CrossProblem[] {
  const groups = machineGroups(config).filter(({ count }) => count > 0);
  const hostMiB = Math.floor(host.memoryBytes / 2 ** 20);
  const tooLarge = groups.flatMap((group) => memoryProblem(group, hostMiB));
  return [
    ...groups.flatMap((group) => cpuProblem(group, host.cpus)),
    ...tooLarge,
    // Where one machine is too much already, the sum says nothing new.
    ...(tooLarge.length > 0 ? [] : sumProblem(groups, hostMiB)),
  ];
}

/** Docker refuses such a container. */
function cpuProblem({ path, cpus }: MachineGroup, hostCpus: number): CrossProblem[] {
  const setting = settingPath([...path, "cpus"]);
  const message = `${cpus} is more than the ${hostCpus} processors of this host; write at most ${hostCpus}`;
  return cpus > hostCpus ? [{ setting, message, settings: [setting, settingPath([...path, "count"])] }] : [];
}

function memoryProblem({ path, memoryMiB }: MachineGroup, hostMiB: number): CrossProblem[] {
  const setting = settingPath([...path, "memory"]);
  const message =
    `${quantity(memoryMiB)} is more than the ${gibibytes(hostMiB)} of this host; ` +
    `write at most ${quantity(roundedDown(hostMiB))}`;
  return memoryMiB > hostMiB
    ? [{ setting, message, settings: [setting, settingPath([...path, "count"])] }]
    : [];
}

function sumProblem(groups: readonly MachineGroup[], hostMiB: number): CrossProblem[] {
  const sum = total(groups);
  if (sum <= overcommit * hostMiB) {
    return [];
  }
  const pools = groups.filter(({ path }) => path[0] === "pools");
  const culprit = 2 * total(pools) >= sum ? "pools" : "controlPlane";
  const machines = groups.reduce((count, group) => count + group.count, 0);
  const message =
    `${machines} machines of ${gibibytes(sum)} in all are more than ${overcommit} times the ${gibibytes(hostMiB)} of this host; ` +
    "write fewer machines, or less memory for each";
  const settings = [settingPath(["pools"]), settingPath(["controlPlane"])];
  return [{ setting: settingPath([culprit]), message, settings }];
}

function total(groups: readonly MachineGroup[]): number {
  return groups.reduce((sum, { count, memoryMiB }) => sum + count * memoryMiB, 0);
}

/** As it is written in the settings. */
function quantity(mebibytes: number): string {
  return mebibytes % 1024 === 0 ? `${mebibytes / 1024}Gi` : `${mebibytes}Mi`;
}

function roundedDown(mebibytes: number): number {
  return mebibytes < 1024 ? mebibytes : mebibytes - (mebibytes % 1024);
}

function gibibytes(mebibytes: number): string {
  return `${Number((mebibytes / 1024).toFixed(1))} GiB`;
}
