import { versionProblem } from "../../components/cluster/roll/versions";
import { lastAddressBlock, machineNetworkPrefix, poolCapacity } from "../../components/machines/address-plan";
import { overlap, parseCidr } from "../../components/checks/cidr";
import { awsChecks } from "./aws-checks";
import type { EnvironmentConfig, PoolConfig, ToolchainFacts } from "./environment-config";
import { networkRules } from "./network-rules";
import { foreignSettings } from "./platform-settings";
import { alternatives, between, type CrossProblem, settingPath, shown } from "./problems";
import type { Settings } from "./schema";

/**
 * What is wrong between settings that are sound each alone.
 * @param settings what was written, to name a written setting as the culprit rather than a default
 */
export function crossCheck(
  config: EnvironmentConfig,
  settings: Settings,
  facts: ToolchainFacts,
): CrossProblem[] {
  return [
    ...versionChecks(settings, facts),
    ...overlappingNetworks(config.networks, settings.networks ?? {}),
    ...tooFewPodAddresses(config),
    ...repeatedPorts(config.ports, settings.ports ?? {}),
    ...takenGitPort(config),
    ...repeatedPoolNames(config.pools),
    ...foreignSettings(config.platform, settings),
    ...(config.aws ? awsChecks(config, config.aws, settings) : addressBlockChecks(config)),
  ];
}

/**
 * A version that is written has to be one that the environment can change to; what it keeps where none is written has to be
 * something that can be kept.
 */
function versionChecks(
  { kubernetesVersion }: Settings,
  { kubernetesVersions, runningVersions = [] }: ToolchainFacts,
): CrossProblem[] {
  const message =
    kubernetesVersion === undefined
      ? keepingProblem(kubernetesVersions, runningVersions[0])
      : versionProblem({
          wanted: kubernetesVersion,
          controlPlanes: runningVersions.filter(isVersion),
          available: kubernetesVersions,
        });
  return message === undefined ? [] : [between(message, settingPath(["kubernetesVersion"]))];
}

const isVersion = (text: string): boolean => /^\d/.test(text);

function keepingProblem(known: readonly string[], running: string | undefined): string | undefined {
  if (running === undefined || known.includes(running)) return undefined;
  const advice = `write ${alternatives(known)}`;
  return isVersion(running)
    ? `is missing, and the toolchain does not have the ${running} that the environment runs; ${advice}`
    : `is missing, and what is left of the environment does not tell which it ran; ${advice}`;
}

/** Where machines have fixed addresses, a pool's are in a block. */
function addressBlockChecks(config: EnvironmentConfig): CrossProblem[] {
  return [...repeatedAddressBlocks(config.pools), ...overfullAddressBlocks(config)];
}

function overlappingNetworks(
  networks: EnvironmentConfig["networks"],
  written: Partial<EnvironmentConfig["networks"]>,
): CrossProblem[] {
  return pairs(["machines", "pods", "services"] as const, written)
    .filter(([one, other]) => shareAddresses(networks[one], networks[other]))
    .map(([culprit, other]) =>
      between(
        `${shown(networks[culprit])} overlaps ${networkSetting(other)} ${networks[other]}; write a network apart from it`,
        networkSetting(culprit),
        networkSetting(other),
      ),
    );
}

function tooFewPodAddresses(config: EnvironmentConfig): CrossProblem[] {
  const { controlPlane, pools, networks } = config;
  const largest = config.aws?.pools.map(({ max }) => max) ?? pools.map(({ count }) => count);
  const nodes = largest.reduce((sum, count) => sum + count, controlPlane.count);
  const nodeBits = Math.ceil(Math.log2(nodes));
  const { shortest, longest } = networkRules.pods;
  const prefixLength = parseCidr(networks.pods)?.prefixLength ?? longest;
  if (longest - nodeBits >= prefixLength) {
    return [];
  }
  const room = 2 ** (longest - prefixLength);
  const advice =
    longest - nodeBits >= shortest
      ? `write one of /${longest - nodeBits} or larger`
      : `have at most ${2 ** (longest - shortest)} machines`;
  const message = `${shown(networks.pods)} has a /24 for each of ${room} nodes, not ${nodes}; ${advice}`;
  return [
    between(message, networkSetting("pods"), settingPath(["controlPlane", "count"]), settingPath(["pools"])),
  ];
}

function repeatedPorts(
  ports: EnvironmentConfig["ports"],
  written: Partial<EnvironmentConfig["ports"]>,
): CrossProblem[] {
  return pairs(["api", "shop", "registry", "shopTls"] as const, written)
    .filter(([one, other]) => ports[one] === ports[other])
    .map(([culprit, other]) =>
      between(
        `${ports[culprit]} is already ${settingPath(["ports", other])}; write another port`,
        settingPath(["ports", culprit]),
        settingPath(["ports", other]),
      ),
    );
}

function takenGitPort({ ports, gitops }: EnvironmentConfig): CrossProblem[] {
  const setting = settingPath(["gitops", "port"]);
  return (["api", "shop", "registry"] as const)
    .filter((name) => gitops?.port === ports[name])
    .map((name) => {
      const other = settingPath(["ports", name]);
      return between(`${ports[name]} is already ${other}; write another port`, setting, other);
    });
}

function repeatedPoolNames(pools: readonly PoolConfig[]): CrossProblem[] {
  return repeated(pools, (pool) => pool.name).map(({ position, first }) =>
    between(
      `${shown(pools[position]?.name)} is already the name of ${settingPath(["pools", first])}; write another one`,
      settingPath(["pools", position, "name"]),
      settingPath(["pools", first, "name"]),
    ),
  );
}

function repeatedAddressBlocks(pools: readonly PoolConfig[]): CrossProblem[] {
  const taken = new Set(pools.map((pool) => pool.addressBlock));
  const free = Array.from({ length: lastAddressBlock }, (_, index) => index + 1).find(
    (block) => !taken.has(block),
  );
  return repeated(pools, (pool) => pool.addressBlock).map(({ position, first }) =>
    between(
      `${shown(pools[position]?.addressBlock)} is already the block of ${settingPath(["pools", first])}; ` +
        `write one that is free, such as ${shown(free)}`,
      settingPath(["pools", position, "addressBlock"]),
      settingPath(["pools", first, "addressBlock"]),
    ),
  );
}

function overfullAddressBlocks({ pools, networks }: EnvironmentConfig): CrossProblem[] {
  const prefixLength = parseCidr(networks.machines)?.prefixLength ?? machineNetworkPrefix.longest;
  const capacity = poolCapacity(prefixLength);
  return pools.flatMap(({ count }, position) => {
    const message =
      `${count} is more than a pool can have in a /${prefixLength}; write a whole number from 0 to ${capacity}, ` +
      `or a larger network as ${networkSetting("machines")}`;
    const setting = settingPath(["pools", position, "count"]);
    return count > capacity ? [between(message, setting, networkSetting("machines"))] : [];
  });
}

/** Every pair of keys, the one to blame first: the later one, unless only the earlier one was written by a person. */
function pairs<Key extends string>(
  keys: readonly Key[],
  written: Partial<Record<Key, unknown>>,
): [Key, Key][] {
  return keys.flatMap((later, position) =>
    keys
      .slice(0, position)
      .map((earlier): [Key, Key] =>
        written[earlier] !== undefined && written[later] === undefined ? [earlier, later] : [later, earlier],
      ),
  );
}

/** The positions of pools that have the same as one before them, with the position of the first of those. */
function repeated(pools: readonly PoolConfig[], of: (pool: PoolConfig) => unknown) {
  const values = pools.map(of);
  return values
    .map((value, position) => ({ position, first: values.indexOf(value) }))
    .filter(({ position, first }) => first < position);
}

function shareAddresses(one: string, other: string): boolean {
  const [left, right] = [parseCidr(one), parseCidr(other)];
  return left !== undefined && right !== undefined && overlap(left, right);
}

function networkSetting(name: keyof EnvironmentConfig["networks"]): string {
  return settingPath(["networks", name]);
}
