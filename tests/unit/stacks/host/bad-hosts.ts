import type { DockerFacts, DockerNetwork } from "../../../../stacks/host/docker-facts";
import type { HostFacts } from "../../../../stacks/host/host-facts";

/** The owner of the environment that the tests make. */
export const owner = "0123456789abcdef";

const gibibyte = 2 ** 30;

export const docker: DockerFacts = {
  version: "20.10.24+dfsg1",
  hostName: "laptop",
  cpus: 8,
  memoryBytes: 23.54 * gibibyte,
  dataFolder: "/var/lib/docker",
  containers: [],
  volumes: [],
  networks: [
    { name: "bridge", environment: "", owner: "", subnets: ["172.17.0.0/16"] },
    { name: "host", environment: "", owner: "", subnets: [] },
  ],
};

/** A host on which every default fits. */
export const goodHost: HostFacts = {
  docker,
  freeBytes: 50e9,
  listeningPorts: [22, 111],
  networks: [
    { cidr: "172.17.0.0/16", interface: "docker0" },
    { cidr: "192.168.1.0/24", interface: "eth0" },
    { cidr: "192.168.1.7/24", interface: "eth0" },
  ],
};

/** Containers, volumes and networks of an environment with the name `dev`. */
export const remains = (whose: string) => {
  const labels = { environment: "dev", owner: whose };
  return {
    containers: [
      { ...labels, name: "slipway-dev-load-balancer", ports: [29993, 29994] },
      { ...labels, name: "slipway-dev-registry", ports: [29995] },
    ],
    volumes: ["control-plane-0", "worker-0", "worker-1"].map((name) => ({
      ...labels,
      name: `slipway-dev-${name}`,
    })),
    networks: [...docker.networks, { ...labels, name: "slipway-dev", subnets: ["10.95.38.0/24"] }],
  };
};

/** A host on which the environment `dev` cannot be made, and the one line that says so. */
export interface BadHost {
  /** Default: none. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly facts: Partial<HostFacts>;
  readonly line: string;
}

const withDocker = (facts: Partial<DockerFacts>): Partial<HostFacts> => ({ docker: { ...docker, ...facts } });
const withNetwork = (network: Partial<DockerNetwork>): Partial<HostFacts> =>
  withDocker({
    networks: [...docker.networks, { name: "web", environment: "", owner: "", subnets: [], ...network }],
  });

const dockers: BadHost[] = [
  {
    facts: { docker: { failure: "no command", reason: "there is none on PATH" } },
    line: "Docker: the command docker is not on PATH; install Docker 20.10 or later, or run make setup",
  },
  {
    facts: {
      docker: {
        failure: "silent",
        reason:
          "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
      },
    },
    line: 'Docker: its daemon does not answer, "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?"; start it, or correct DOCKER_HOST',
  },
  {
    facts: { docker: { failure: "silent", reason: "nothing within 10 s" } },
    line: 'Docker: its daemon does not answer, "nothing within 10 s"; start it, or correct DOCKER_HOST',
  },
  {
    facts: { docker: { failure: "forbidden", reason: "permission denied" } },
    line: "Docker: this user may not talk to its daemon; become root, or join the group docker",
  },
  ...["19.03.15", "1.13.1", "20.9"].map((version) => ({
    facts: withDocker({ version }),
    line: `Docker: "${version}" is too old; install 20.10 or later`,
  })),
  {
    facts: { freeBytes: 1.24e9 },
    line: "Docker: 1.2 GB are free in /var/lib/docker, and 3 new machines need 4.0 GB; free some, as docker system prune does, or have fewer machines",
  },
  {
    facts: { freeBytes: 0 },
    settings: { pools: [] },
    line: "Docker: 0.0 GB are free in /var/lib/docker, and 1 new machine needs 2.0 GB; free some, as docker system prune does, or have fewer machines",
  },
];

const names: BadHost[] = [
  {
    facts: withDocker(remains("fedcba9876543210")),
    line: 'stack name: "dev" is an environment of another stack on this Docker daemon, with container "slipway-dev-load-balancer"; use another name, or take that one down; where its state was moved here, make adopt goes on with it',
  },
  {
    // One whose machines are gone, and who says nothing of where it is kept.
    facts: withDocker({ volumes: [{ name: "slipway-dev-registry", environment: "dev", owner: "" }] }),
    line: 'stack name: "dev" is an environment of another stack on this Docker daemon, with volume "slipway-dev-registry"; use another name, or take that one down; where its state was moved here, make adopt goes on with it',
  },
  {
    facts: withNetwork({ name: "slipway-dev", environment: "dev", owner: "x", subnets: ["10.95.38.0/24"] }),
    line: 'stack name: "dev" is an environment of another stack on this Docker daemon, with network "slipway-dev"; use another name, or take that one down; where its state was moved here, make adopt goes on with it',
  },
];

const kept: BadHost[] = [
  {
    facts: withDocker({
      volumes: [{ name: "slipway-dev-kept", environment: "dev", owner: "fedcba9876543210" }],
    }),
    line: 'stack name: another stack\'s environment "dev" kept data on this Docker daemon, in volume "slipway-dev-kept" of owner "fedcba9876543210"; use another name, or remove it for good with make forget ENV=dev OWNER=fedcba9876543210',
  },
];

const machines: BadHost[] = [
  {
    settings: { controlPlane: { cpus: 8.5 } },
    facts: {},
    line: "slipway:controlPlane.cpus: 8.5 is more than the 8 processors of this host; write at most 8",
  },
  {
    settings: { pools: [{ cpus: 1 }, { name: "build", cpus: 16 }] },
    facts: {},
    line: "slipway:pools[1].cpus: 16 is more than the 8 processors of this host; write at most 8",
  },
  {
    settings: { controlPlane: { memory: "40Gi" } },
    facts: {},
    line: "slipway:controlPlane.memory: 40Gi is more than the 23.5 GiB of this host; write at most 23Gi",
  },
  {
    // Too much in all as well, which says nothing new.
    settings: { pools: [{ memory: "24577Mi", count: 3 }] },
    facts: {},
    line: "slipway:pools[0].memory: 24577Mi is more than the 23.5 GiB of this host; write at most 23Gi",
  },
  {
    settings: { controlPlane: { memory: "1.5Gi" }, pools: [] },
    facts: withDocker({ memoryBytes: 0.9 * gibibyte }),
    line: "slipway:controlPlane.memory: 1536Mi is more than the 0.9 GiB of this host; write at most 921Mi",
  },
  {
    settings: { pools: [{ count: 15 }] },
    facts: {},
    line: "slipway:pools: 16 machines of 48 GiB in all are more than 2 times the 23.5 GiB of this host; write fewer machines, or less memory for each",
  },
  {
    settings: { controlPlane: { count: 7, memory: "8Gi" }, pools: [{ count: 1 }] },
    facts: {},
    line: "slipway:controlPlane: 8 machines of 59 GiB in all are more than 2 times the 23.5 GiB of this host; write fewer machines, or less memory for each",
  },
];

const ports: BadHost[] = [
  {
    settings: { ports: { api: 6443 } },
    facts: { listeningPorts: [22, 6443] },
    line: "slipway:ports.api: 6443 is in use on this host; write another port",
  },
  {
    facts: { listeningPorts: [29994] },
    line: "slipway:ports.shop: 29994 is in use on this host; write another port",
  },
  {
    settings: { ports: { registry: 5000 } },
    facts: {
      ...withDocker({ containers: [{ name: "web", environment: "", owner: "", ports: [80, 5000] }] }),
      listeningPorts: [80, 5000],
    },
    line: 'slipway:ports.registry: 5000 is in use on this host by container "web"; write another port',
  },
  {
    // Of this user's, and yet another environment.
    settings: { ports: { shop: 8080 } },
    facts: withDocker({ containers: [{ name: "slipway-b-x", environment: "b", owner, ports: [8080] }] }),
    line: 'slipway:ports.shop: 8080 is in use on this host by container "slipway-b-x"; write another port',
  },
];

const networks: BadHost[] = [
  {
    facts: withNetwork({ subnets: ["fd00:1::/64", "10.95.0.0/16"] }),
    line: 'slipway:networks.machines: "10.95.38.0/24" overlaps Docker network "web", 10.95.0.0/16; write a network apart from it',
  },
  {
    settings: { networks: { machines: "192.168.0.0/16" } },
    facts: {},
    line: 'slipway:networks.machines: "192.168.0.0/16" overlaps 192.168.1.0/24 on this host\'s eth0; write a network apart from it',
  },
  {
    facts: { networks: [{ cidr: "10.0.0.0/8", interface: "tun0" }] },
    line: 'slipway:networks.machines: "10.95.38.0/24" overlaps 10.0.0.0/8 on this host\'s tun0; write a network apart from it',
  },
  {
    settings: { networks: { machines: "172.17.4.0/24" } },
    facts: {},
    line: 'slipway:networks.machines: "172.17.4.0/24" overlaps Docker network "bridge", 172.17.0.0/16; write a network apart from it',
  },
  {
    facts: withNetwork({ name: "slipway-b", environment: "b", owner, subnets: ["10.95.38.0/24"] }),
    line: 'slipway:networks.machines: "10.95.38.0/24" overlaps Docker network "slipway-b", 10.95.38.0/24; write a network apart from it',
  },
];

export const badHosts: readonly BadHost[] = [
  ...dockers,
  ...names,
  ...kept,
  ...machines,
  ...ports,
  ...networks,
];
