import { aws } from "./bad-aws";
import type { BadConfiguration } from "./bad-configuration";
import { clusterBackup } from "./bad-cluster-backup";
import { gitops } from "./bad-gitops";
import { hosts, shop, storage } from "./bad-shop";
import { kubernetesVersions } from "./bad-versions";

const nameAdvice =
  "write at most 20 lower-case letters, digits and hyphens, with a letter or digit at both ends";
const labelName = 'write at most 63 letters, digits, "-", "_" and ".", if need be after a domain and "/"';
const labelValue =
  'write text of at most 63 letters, digits, "-", "_" and ".", with a letter or digit at both ends, in quotes';
const cidr = "is not an IPv4 network in CIDR form; write one such as 10.0.0.0/16";
const poolKeys =
  "name, count, cpus, memory, labels, taints, maxUnavailable, addressBlock, instanceTypes, min, max, spot, rootVolume";

const environment: BadConfiguration[] = [
  ...[
    ["", '""'],
    ["Dev", '"Dev"'],
    ["my_dev", '"my_dev"'],
    ["dev-", '"dev-"'],
    ["a.b", '"a.b"'],
    ["dev env", '"dev env"'],
    ["dev;reboot", '"dev;reboot"'],
    ["$(reboot)", '"$(reboot)"'],
    ["dév", '"d\\u00e9v"'],
    ["dev\n", '"dev\\n"'],
    ["\u202edev", '"\\u202edev"'],
    ["a-name-of-21-characters".slice(0, 21), '"a-name-of-21-characte"'],
  ].map(([stackName = "", shown = ""]) => ({
    stackName,
    settings: {},
    line: `stack name: ${shown} is not a name for an environment; ${nameAdvice}`,
  })),
  { settings: { pool: [] }, line: "slipway:pool: is not a setting; write slipway:pools" },
  { settings: { prots: {} }, line: "slipway:prots: is not a setting; write slipway:ports" },
  {
    settings: { control_plane: {} },
    line: "slipway:control_plane: is not a setting; write slipway:controlPlane",
  },
  {
    settings: { telemetry: "hunter2" },
    line: "slipway:telemetry: is not a setting; write one of platform, kubernetesVersion, controlPlane, pools, certificates, networks, ports, shop, hosts, dns, storage, clusterBackup, tenants, gitops, aws",
  },
  {
    settings: { "$(id)": 1 },
    line: 'slipway:["$(id)"]: is not a setting; write one of platform, kubernetesVersion, controlPlane, pools, certificates, networks, ports, shop, hosts, dns, storage, clusterBackup, tenants, gitops, aws',
  },
  ...kubernetesVersions,
];

const controlPlane: BadConfiguration[] = [
  {
    settings: { controlPlane: 3 },
    line: "slipway:controlPlane: 3 is not a group of settings; write some of count, cpus, memory, instanceType, rootVolume, etcdVolume",
  },
  {
    settings: { controlPlane: null },
    line: "slipway:controlPlane: null is not a group of settings; write some of count, cpus, memory, instanceType, rootVolume, etcdVolume",
  },
  {
    settings: { controlPlane: { cout: 3 } },
    line: "slipway:controlPlane.cout: is not a setting; write slipway:controlPlane.count",
  },
  {
    settings: { controlPlane: { replicas: 3 } },
    line: "slipway:controlPlane.replicas: is not a setting; write one of count, cpus, memory, instanceType, rootVolume, etcdVolume",
  },
  ...([0, 2, 4, 9, -1, 1.5, 1e308, "3", true, null] as const).map((count) => ({
    settings: { controlPlane: { count } },
    line: `slipway:controlPlane.count: ${JSON.stringify(count)} is not a number of control planes; write 1, 3, 5 or 7: an even one survives no more failures`,
  })),
  ...([0.5, 0, -2, 257, 1.005, "2", 1e308] as const).map((cpus) => ({
    settings: { controlPlane: { cpus } },
    line: `slipway:controlPlane.cpus: ${JSON.stringify(cpus)} is not a number of processors; write a number from 1 to 256 with at most two decimals`,
  })),
  ...(
    ["1Gi", "1535Mi", "2G", "2", 2048, "-2Gi", "1025Gi", "99999999999Gi", "2Gi;id", "2\u0413i"] as const
  ).map((memory) => ({
    settings: { controlPlane: { memory } },
    line: `slipway:controlPlane.memory: ${JSON.stringify(memory).replace("\u0413", "\\u0413")} is not an amount of memory; write one from 1.5Gi to 1024Gi, such as 2Gi or 1536Mi`,
  })),
];

const pools: BadConfiguration[] = [
  {
    settings: { pools: { name: "worker" } },
    line: 'slipway:pools: {"name":"worker"} is not a list of pools; write one such as [{name: worker, count: 2}]',
  },
  {
    settings: { pools: "" },
    line: 'slipway:pools: "" is not a list of pools; write one such as [{name: worker, count: 2}]',
  },
  {
    settings: { pools: ["worker"] },
    line: `slipway:pools[0]: "worker" is not a group of settings; write some of ${poolKeys}`,
  },
  {
    settings: { pools: Array.from({ length: 16 }, (_, number) => ({ name: `p${number}` })) },
    line: 'slipway:pools: [{"name":"p0"},{"name":"p1"},{"name":"p2"},{"name":"p3"},... is too many pools; write at most 15',
  },
  {
    settings: { pools: [{ size: 3 }] },
    line: `slipway:pools[0].size: is not a setting; write one of ${poolKeys}`,
  },
  {
    settings: { pools: [{ cpu: 3 }] },
    line: "slipway:pools[0].cpu: is not a setting; write slipway:pools[0].cpus",
  },
  ...(
    [
      ["Worker", '"Worker"'],
      ["worker_1", '"worker_1"'],
      ["", '""'],
      [7, "7"],
      ["-worker", '"-worker"'],
      ["x".repeat(21), `"${"x".repeat(21)}"`],
      ["w\u043erker", '"w\\u043erker"'],
      ["worker;id", '"worker;id"'],
      ["`id`", '"`id`"'],
      ["a\nb", '"a\\nb"'],
      ["👷", '"\\ud83d\\udc77"'],
    ] as const
  ).map(([name, shown]) => ({
    settings: { pools: [{ name }] },
    line: `slipway:pools[0].name: ${shown} is not a name for a pool; ${nameAdvice}`,
  })),
  {
    settings: { pools: [{ name: "control-plane" }] },
    line: 'slipway:pools[0].name: "control-plane" is the name of the control planes; write another one',
  },
  {
    settings: { pools: [{ name: "gpu" }, { name: "gpu" }] },
    line: 'slipway:pools[1].name: "gpu" is already the name of slipway:pools[0]; write another one',
  },
  ...([-1, 2.5, 4096, 1e308, "2", null] as const).map((count) => ({
    settings: { pools: [{ count }] },
    line: `slipway:pools[0].count: ${JSON.stringify(count)} is not a number of machines; write a whole number from 0 to 4095`,
  })),
  {
    settings: { pools: [{ count: 16 }] },
    line: "slipway:pools[0].count: 16 is more than a pool can have in a /24; write a whole number from 0 to 15, or a larger network as slipway:networks.machines",
  },
  {
    settings: { pools: [{ cpus: 0.25 }] },
    line: "slipway:pools[0].cpus: 0.25 is not a number of processors; write a number from 0.5 to 256 with at most two decimals",
  },
  {
    settings: { pools: [{ memory: "256Mi" }] },
    line: 'slipway:pools[0].memory: "256Mi" is not an amount of memory; write one from 512Mi to 1024Gi, such as 2Gi or 1536Mi',
  },
  ...([0, 16, -1, 1.5, "2"] as const).map((addressBlock) => ({
    settings: { pools: [{ addressBlock }] },
    line: `slipway:pools[0].addressBlock: ${JSON.stringify(addressBlock)} is not a number of an address block; write a whole number from 1 to 15`,
  })),
  ...([0, -1, 1.5, "1"] as const).map((maxUnavailable) => ({
    settings: { pools: [{ maxUnavailable }] },
    line: `slipway:pools[0].maxUnavailable: ${JSON.stringify(maxUnavailable)} is not a number of machines; write a whole number from 1 to 4095`,
  })),
  {
    settings: { pools: [{ name: "a", addressBlock: 2 }, { name: "b" }] },
    line: "slipway:pools[1].addressBlock: 2 is already the block of slipway:pools[0]; write one that is free, such as 1",
  },
];

const labelsAndTaints: BadConfiguration[] = [
  {
    settings: { pools: [{ labels: ["fast"] }] },
    line: 'slipway:pools[0].labels: ["fast"] is not a set of labels; write one such as {disk: fast}',
  },
  ...(
    [
      ["a b", '["a b"]', '"a b"'],
      ["-a", '["-a"]', '"-a"'],
      ["$(id)", '["$(id)"]', '"$(id)"'],
      ["\u00e9t\u00e9", '["\\u00e9t\\u00e9"]', '"\\u00e9t\\u00e9"'],
    ] as const
  ).map(([key, step, shown]) => ({
    settings: { pools: [{ labels: { [key]: "x" } }] },
    line: `slipway:pools[0].labels${step}: ${shown} is not a name of a label or taint; ${labelName}`,
  })),
  {
    settings: { pools: [{ labels: { "node-role.kubernetes.io/worker": "" } }] },
    line: 'slipway:pools[0].labels["node-role.kubernetes.io/worker"]: "node-role.kubernetes.io/worker" is not a label that a kubelet may set; write one under node.kubernetes.io/ or under a domain of your own',
  },
  ...(
    [
      [true, "true"],
      [1, "1"],
      ["a b", '"a b"'],
      ["fast;id", '"fast;id"'],
      ["\u00fc", '"\\u00fc"'],
      ["x".repeat(64), `"${"x".repeat(56)}...`],
    ] as const
  ).map(([value, shown]) => ({
    settings: { pools: [{ labels: { disk: value } }] },
    line: `slipway:pools[0].labels.disk: ${shown} is not a value of a label; ${labelValue}`,
  })),
  {
    settings: { pools: [{ taints: "gpu" }] },
    line: 'slipway:pools[0].taints: "gpu" is not a list of taints; write one such as [{key: gpu, effect: NoSchedule}]',
  },
  {
    settings: { pools: [{ taints: ["gpu:NoSchedule"] }] },
    line: 'slipway:pools[0].taints[0]: "gpu:NoSchedule" is not a taint; write one such as {key: gpu, effect: NoSchedule}',
  },
  {
    settings: { pools: [{ taints: [{ key: "gpu", effect: "NoSchedule", operator: "Exists" }] }] },
    line: "slipway:pools[0].taints[0].operator: is not a setting; write one of key, value, effect",
  },
  {
    settings: { pools: [{ taints: [{ effect: "NoSchedule" }] }] },
    line: `slipway:pools[0].taints[0].key: is missing; ${labelName}`,
  },
  {
    settings: { pools: [{ taints: [{ key: "gpu=1", effect: "NoSchedule" }] }] },
    line: `slipway:pools[0].taints[0].key: "gpu=1" is not a name of a label or taint; ${labelName}`,
  },
  {
    settings: { pools: [{ taints: [{ key: "gpu", value: "$HOME", effect: "NoSchedule" }] }] },
    line: `slipway:pools[0].taints[0].value: "$HOME" is not a value of a taint; ${labelValue}`,
  },
  {
    settings: { pools: [{ taints: [{ key: "gpu" }] }] },
    line: "slipway:pools[0].taints[0].effect: is missing; write NoSchedule, PreferNoSchedule or NoExecute",
  },
  {
    settings: { pools: [{ taints: [{ key: "gpu", effect: "noschedule" }] }] },
    line: 'slipway:pools[0].taints[0].effect: "noschedule" is not an effect of a taint; write NoSchedule, PreferNoSchedule or NoExecute',
  },
  {
    settings: {
      pools: [
        {
          taints: [
            { key: "gpu", effect: "NoSchedule" },
            { key: "gpu", value: "2", effect: "NoSchedule" },
          ],
        },
      ],
    },
    line: 'slipway:pools[0].taints[1]: "gpu:NoSchedule" is there twice; write each key and effect once',
  },
];

const networks: BadConfiguration[] = [
  {
    settings: { networks: "10.0.0.0/16" },
    line: 'slipway:networks: "10.0.0.0/16" is not a group of settings; write some of machines, pods, services',
  },
  {
    settings: { networks: { service: "10.0.0.0/16" } },
    line: "slipway:networks.service: is not a setting; write slipway:networks.services",
  },
  ...(
    [
      ["10.88.0.0", '"10.88.0.0"'],
      ["10.88.0.0/33", '"10.88.0.0/33"'],
      ["10.88.0.256/24", '"10.88.0.256/24"'],
      ["fd00::/64", '"fd00::/64"'],
      ["", '""'],
      [10, "10"],
      ["10.88.0.0/24 --opt x", '"10.88.0.0/24 --opt x"'],
      ["\uff11\uff10.88.0.0/24", '"\\uff11\\uff10.88.0.0/24"'],
    ] as const
  ).map(([machines, shown]) => ({
    settings: { networks: { machines } },
    line: `slipway:networks.machines: ${shown} ${cidr}`,
  })),
  {
    settings: { networks: { machines: "10.0.5.0/16" } },
    line: 'slipway:networks.machines: "10.0.5.0/16" has host bits set; write 10.0.0.0/16',
  },
  {
    settings: { networks: { machines: "10.0.0.0/15" } },
    line: 'slipway:networks.machines: "10.0.0.0/15" is too large; write a network of /16 to /24',
  },
  {
    settings: { networks: { machines: "10.0.0.0/28" } },
    line: 'slipway:networks.machines: "10.0.0.0/28" is too small; write a network of /16 to /24',
  },
  ...["8.8.8.0/24", "172.32.0.0/16", "192.169.0.0/24", "100.64.0.0/16"].map((machines) => ({
    settings: { networks: { machines } },
    line: `slipway:networks.machines: "${machines}" is not private; write a network inside one of 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16`,
  })),
  {
    settings: { networks: { pods: "127.0.0.0/16" } },
    line: 'slipway:networks.pods: "127.0.0.0/16" is reserved for other uses; write a private network such as 10.0.0.0/16',
  },
  {
    settings: { networks: { pods: "10.0.0.0/8" } },
    line: 'slipway:networks.pods: "10.0.0.0/8" is too large; write a network of /12 to /24',
  },
  {
    settings: { networks: { pods: "10.0.0.0/25" } },
    line: 'slipway:networks.pods: "10.0.0.0/25" is too small; write a network of /12 to /24',
  },
  {
    settings: { networks: { pods: "10.200.0.0/23" } },
    line: 'slipway:networks.pods: "10.200.0.0/23" has a /24 for each of 2 nodes, not 3; write one of /22 or larger',
  },
  {
    settings: {
      networks: { machines: "10.0.0.0/16" },
      pools: [
        { name: "a", count: 4095 },
        { name: "b", count: 4095 },
      ],
    },
    line: 'slipway:networks.pods: "10.244.0.0/16" has a /24 for each of 256 nodes, not 8191; have at most 4096 machines',
  },
  {
    settings: { networks: { services: "10.0.0.0/11" } },
    line: 'slipway:networks.services: "10.0.0.0/11" is too large; write a network of /12 to /24',
  },
  {
    settings: { networks: { services: "10.0.0.0/28" } },
    line: 'slipway:networks.services: "10.0.0.0/28" is too small; write a network of /12 to /24',
  },
  {
    settings: { networks: { services: "240.0.0.0/16" } },
    line: 'slipway:networks.services: "240.0.0.0/16" is reserved for other uses; write a private network such as 10.0.0.0/16',
  },
  {
    settings: { networks: { machines: "10.244.8.0/24" } },
    line: 'slipway:networks.machines: "10.244.8.0/24" overlaps slipway:networks.pods 10.244.0.0/16; write a network apart from it',
  },
  {
    settings: { networks: { machines: "10.1.2.0/24", pods: "10.0.0.0/12" } },
    line: 'slipway:networks.pods: "10.0.0.0/12" overlaps slipway:networks.machines 10.1.2.0/24; write a network apart from it',
  },
  {
    settings: { networks: { services: "10.244.0.0/24" } },
    line: 'slipway:networks.services: "10.244.0.0/24" overlaps slipway:networks.pods 10.244.0.0/16; write a network apart from it',
  },
];

const ports: BadConfiguration[] = [
  {
    settings: { ports: 6443 },
    line: "slipway:ports: 6443 is not a group of settings; write some of api, shop, registry, shopTls",
  },
  {
    settings: { ports: { apis: 6443 } },
    line: "slipway:ports.apis: is not a setting; write slipway:ports.api",
  },
  ...([80, 0, -1, 65536, 1e308, 6443.5, "6443", null] as const).map((api) => ({
    settings: { ports: { api } },
    line: `slipway:ports.api: ${JSON.stringify(api)} is not a port that needs no privilege; write a whole number from 1024 to 65535`,
  })),
  {
    settings: { ports: { api: 8080, shop: 8080 } },
    line: "slipway:ports.shop: 8080 is already slipway:ports.api; write another port",
  },
  {
    settings: { ports: { shop: 8080, shopTls: 8080 } },
    line: "slipway:ports.shopTls: 8080 is already slipway:ports.shop; write another port",
  },
  {
    settings: { ports: { shop: 5000, registry: 5000 } },
    line: "slipway:ports.registry: 5000 is already slipway:ports.shop; write another port",
  },
  {
    // 29995 is what the stack `dev` has for its registry where nothing is said.
    settings: { ports: { api: 29995 } },
    line: "slipway:ports.api: 29995 is already slipway:ports.registry; write another port",
  },
];

export const badConfigurations: readonly BadConfiguration[] = [
  ...environment,
  ...controlPlane,
  ...pools,
  ...labelsAndTaints,
  ...networks,
  ...ports,
  ...shop,
  ...hosts,
  ...storage,
  ...["365", 365, "1y", "0d", "3m", "1826d", "1.5h", " 1h"].map((validity) => ({
    settings: { certificates: { validity } },
    line: `slipway:certificates.validity: ${JSON.stringify(validity)} is not how long certificates can be good for; write a whole number of days, hours or minutes from 4m to 1825d, such as 365d, 12h or 30m`,
  })),
  ...clusterBackup,
  ...gitops,
  ...aws,
];
