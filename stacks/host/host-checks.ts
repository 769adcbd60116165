import { formatNetwork, overlap, parseCidr } from "../../components/checks/cidr";
import { keptVolumeName } from "../../components/machines/docker/labels";
import { isDockerTooOld, oldestDocker } from "../../toolchain/docker-version";
import type { EnvironmentConfig } from "../config/environment-config";
import { type CrossProblem, settingPath, shown, stackNameSetting } from "../config/problems";
import type { Settings } from "../config/schema";
import type { DockerFacts, DockerFailure, DockerObject } from "./docker-facts";
import type { HostFacts } from "./host-facts";
import { machineGroups, resourceProblems } from "./resource-checks";

/** An environment that is to be made on a host. */
interface Plan {
  readonly config: EnvironmentConfig;
  /** Those that were written: the others follow from the stack's name. */
  readonly settings: Settings;
  /** As `stackOwner` gives it. */
  readonly owner: string;
}

/** What stands in the way of the environment on this host. What belongs to it already does not. */
export function hostProblems(plan: Plan, facts: HostFacts): CrossProblem[] {
  const { docker } = facts;
  if ("failure" in docker) {
    // Without Docker nobody knows which ports and networks are the environment's own.
    return [dockerProblem(failureMessage(docker))];
  }
  const known = { ...facts, docker };
  return [
    ...oldDocker(docker),
    ...otherOfSameName(plan, docker),
    ...resourceProblems(plan.config, docker),
    ...portProblems(plan, known),
    ...networkProblems(plan, known),
    ...diskProblems(plan, known),
  ];
}

type KnownFacts = HostFacts & { readonly docker: DockerFacts };

function dockerProblem(message: string): CrossProblem {
  return { setting: "Docker", message, settings: [] };
}

function failureMessage({ failure, reason }: DockerFailure): string {
  switch (failure) {
    case "no command":
      return `the command docker is not on PATH; install Docker ${oldestDocker} or later, or run make setup`;
    case "forbidden":
      return "this user may not talk to its daemon; become root, or join the group docker";
    case "silent":
      return `its daemon does not answer, ${shown(reason, 200)}; start it, or correct DOCKER_HOST`;
  }
}

function oldDocker({ version }: DockerFacts): CrossProblem[] {
  return isDockerTooOld(version)
    ? [dockerProblem(`${shown(version)} is too old; install ${oldestDocker} or later`)]
    : [];
}

/** The containers, volumes and networks of another place's environment that has the same name. */
function strangers<T extends DockerObject>({ config, owner }: Plan, objects: readonly T[]): T[] {
  return objects.filter((object) => object.environment === config.name && object.owner !== owner);
}

/** The same of the environment itself. */
function own<T extends DockerObject>({ config, owner }: Plan, objects: readonly T[]): T[] {
  return objects.filter((object) => object.environment === config.name && object.owner === owner);
}

/** Everybody else's: an environment of the same name is reported as such, not piece by piece. */
function others<T extends DockerObject>({ config }: Plan, objects: readonly T[]): T[] {
  return objects.filter((object) => object.environment !== config.name);
}

function otherOfSameName(plan: Plan, docker: DockerFacts): CrossProblem[] {
  const kinds = { container: docker.containers, network: docker.networks, volume: docker.volumes };
  const found = Object.entries(kinds).flatMap(([kind, objects]) =>
    strangers(plan, objects).map(({ name }) => `${kind} ${shown(name)}`),
  );
  const [first] = found.sort();
  const kept = keptVolumeName(plan.config.name);
  if (found.length === 1 && first === `volume ${shown(kept)}`) {
    return [keptByAnother(plan, docker)];
  }
  const message =
    `${shown(plan.config.name)} is an environment of another stack on this Docker daemon, with ${first ?? ""}; ` +
    "use another name, or take that one down; where its state was moved here, make adopt goes on with it";
  return first === undefined ? [] : [{ setting: stackNameSetting, message, settings: [stackNameSetting] }];
}

/** Data of an environment that is not there any more: to give it to another stack's would show it to whoever has that. */
function keptByAnother(plan: Plan, { volumes }: DockerFacts): CrossProblem {
  const name = keptVolumeName(plan.config.name);
  const owner = volumes.find((volume) => volume.name === name)?.owner ?? "";
  const message =
    `another stack's environment ${shown(plan.config.name)} kept data on this Docker daemon, in volume ${shown(name)} ` +
    `of owner ${shown(owner)}; use another name, or remove it for good with ` +
    `make forget ENV=${plan.config.name} OWNER=${owner}`;
  return { setting: stackNameSetting, message, settings: [stackNameSetting] };
}

function portProblems(plan: Plan, { docker, listeningPorts }: KnownFacts): CrossProblem[] {
  const known = [...own(plan, docker.containers), ...strangers(plan, docker.containers)];
  const accountedFor = new Set(known.flatMap(({ ports }) => ports));
  return publishedPorts(plan).flatMap(({ path, port, written }) => {
    const holder = others(plan, docker.containers).find(({ ports }) => ports.includes(port));
    if (holder === undefined && (accountedFor.has(port) || !listeningPorts.includes(port))) {
      return [];
    }
    const by = holder === undefined ? "" : ` by container ${shown(holder.name)}`;
    const message = `${port} is in use on this host${by}; write another port`;
    return [fromName(settingPath(path), message, written)];
  });
}

/** Every port of this host that the environment takes: its setting, and whether somebody wrote it. */
function publishedPorts({ config, settings }: Plan) {
  const ports = (["api", "shop", "registry", "shopTls"] as const).map((name) => ({
    path: ["ports", name],
    port: config.ports[name],
    written: settings.ports?.[name],
  }));
  const git = config.gitops && {
    path: ["gitops", "port"],
    port: config.gitops.port,
    written: settings.gitops?.port,
  };
  return git ? [...ports, git] : ports;
}

function networkProblems(plan: Plan, { docker, networks }: KnownFacts): CrossProblem[] {
  const { machines } = plan.config.networks;
  const dockers = new Set(docker.networks.flatMap(({ subnets }) => subnets));
  const taken = [
    ...others(plan, docker.networks).flatMap(({ name, subnets }) =>
      subnets.map((cidr) => ({ cidr, where: `Docker network ${shown(name)}, ${cidr}` })),
    ),
    ...networks
      .map((network) => ({ ...network, cidr: normal(network.cidr) }))
      // Each network of Docker's on this host is an interface and a route as well.
      .filter(({ cidr }) => !dockers.has(cidr))
      .map((network) => ({ ...network, where: `${network.cidr} on this host's ${network.interface}` })),
  ];
  const [first] = taken.filter(({ cidr }) => shareAddresses(cidr, machines));
  if (first === undefined) {
    return [];
  }
  const message = `${shown(machines)} overlaps ${first.where}; write a network apart from it`;
  return [fromName(settingPath(["networks", "machines"]), message, plan.settings.networks?.machines)];
}

/** What a machine's volume and what it writes first take, and what is left for everything else, in bytes. */
const diskPerMachine = 1e9;
const diskReserve = 1e9;

function diskProblems(plan: Plan, { docker, freeBytes = Infinity }: KnownFacts): CrossProblem[] {
  const there = new Set(own(plan, docker.volumes).map(({ name }) => name));
  const names = machineGroups(plan.config).flatMap(({ name, count }) =>
    Array.from({ length: count }, (_, index) => `slipway-${plan.config.name}-${name}-${index}`),
  );
  const missing = names.filter((name) => !there.has(name)).length;
  const needed = missing * diskPerMachine + diskReserve;
  if (missing === 0 || freeBytes >= needed) {
    return [];
  }
  const message =
    `${gigabytes(freeBytes)} are free in ${docker.dataFolder}, and ${missing} new ` +
    `${missing === 1 ? "machine needs" : "machines need"} ${gigabytes(needed)}; ` +
    "free some, as docker system prune does, or have fewer machines";
  const counts = [settingPath(["controlPlane", "count"]), settingPath(["pools"])];
  return [{ ...dockerProblem(message), settings: counts }];
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

/** A problem with a setting that has its default by the stack's name: where that is wrong, so is the default. */
function fromName(setting: string, message: string, written: unknown): CrossProblem {
  return { setting, message, settings: written === undefined ? [setting, stackNameSetting] : [setting] };
}

/** The network of an address in it; anything but IPv4 as it is. */
function normal(text: string): string {
  const cidr = parseCidr(text);
  return cidr === undefined ? text : formatNetwork(cidr);
}

function shareAddresses(one: string, other: string): boolean {
  const [left, right] = [parseCidr(one), parseCidr(other)];
  return left !== undefined && right !== undefined && overlap(left, right);
}
