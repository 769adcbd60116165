import type { Deployment, PendingOperation, ResourceState } from "../../../../toolchain/recover/deployment";
import type { SeenInDocker } from "../../../../toolchain/recover/docker";

const urn = (type: string, name: string): string => `urn:pulumi:dev::slipway::${type}::${name}`;

const dockerProvider = urn("pulumi:providers:docker", "default_5_2_0");
const clusterProvider = urn("pulumi:providers:kubernetes", "dev");
export const networkUrn = urn("docker:index/network:Network", "dev");

const labels = (role?: string): object[] => [
  { label: "slipway.environment", value: "dev" },
  ...(role ? [{ label: "slipway.role", value: role }] : []),
];

function docker(kind: string, name: string, id: string, more: Partial<ResourceState> = {}): ResourceState {
  const type = `docker:index/${kind.charAt(0).toLowerCase()}${kind.slice(1)}:${kind}`;
  return {
    urn: urn(type, name),
    type,
    custom: true,
    id,
    provider: `${dockerProvider}::provider-id`,
    ...more,
  };
}

/** A machine as the engine records it: its disk, its container, and its place in the cluster. */
function machine(name: string, role: string): ResourceState[] {
  const fullName = `slipway-dev-${name}`;
  const disk = docker("Volume", `dev-${name}`, fullName, {
    inputs: { name: fullName, labels: labels(role) },
  });
  const container = docker("Container", `dev-${name}`, `id-${name}`, {
    inputs: {
      name: fullName,
      labels: labels(role),
      networksAdvanced: [{ name: "slipway-dev", ipv4Address: "10.88.0.10" }],
    },
    dependencies: [networkUrn, disk.urn],
    propertyDependencies: { volumes: [disk.urn], networksAdvanced: [networkUrn], labels: [] },
  });
  const membership: ResourceState = {
    urn: urn("pulumi-nodejs:dynamic/cluster:Membership", `dev-${name}`),
    type: "pulumi-nodejs:dynamic/cluster:Membership",
    custom: true,
    id: name,
    inputs: { machine: name, machineId: `id-${name}` },
    dependencies: [container.urn],
    propertyDependencies: { machineId: [container.urn] },
    deletedWith: networkUrn,
  };
  return [disk, container, membership];
}

export function clusterObject(kind: string, name: string): ResourceState {
  return {
    urn: urn(`kubernetes:apps/v1:${kind}`, name),
    type: `kubernetes:apps/v1:${kind}`,
    custom: true,
    id: `shop/${name}`,
    inputs: {
      apiVersion: "apps/v1",
      kind,
      metadata: { name, namespace: "shop" },
    },
    provider: `${clusterProvider}::cluster-provider-id`,
    deletedWith: networkUrn,
    dependencies: [networkUrn],
  };
}

/** A small environment as the engine records it after an `up`. */
export function environment(): Deployment {
  const machines = [...machine("control-plane-0", "control-plane"), ...machine("worker-0", "worker")];
  const containers = machines.filter(({ type }) => type.endsWith(":Container")).map((each) => each.urn);
  return {
    resources: [
      {
        urn: dockerProvider,
        type: "pulumi:providers:docker",
        custom: true,
        id: "provider-id",
        inputs: { version: "5.2.0" },
      },
      docker("Network", "dev", "id-network", { inputs: { name: "slipway-dev", labels: labels() } }),
      docker("RemoteImage", "dev-machine", "sha256:machine", {
        inputs: { name: "slipway/machine:1" },
        outputs: { imageId: "sha256:machine" },
      }),
      docker("Volume", "dev-registry", "slipway-dev-registry", {
        inputs: { name: "slipway-dev-registry", labels: labels() },
      }),
      docker("Container", "dev-registry", "id-registry", {
        inputs: {
          name: "slipway-dev-registry",
          labels: labels(),
          networksAdvanced: [{ name: "slipway-dev" }],
        },
      }),
      ...machines,
      {
        urn: clusterProvider,
        type: "pulumi:providers:kubernetes",
        custom: true,
        id: "cluster-provider-id",
        inputs: { clusterIdentifier: "slipway-dev", kubeconfig: { ciphertext: "v1:abc" } },
        dependencies: containers,
        propertyDependencies: { kubeconfig: containers },
      },
      docker("RegistryImage", "shop-catalog", "127.0.0.1:5000/catalog:1", {
        inputs: { name: "127.0.0.1:5000/catalog:1" },
      }),
      clusterObject("Deployment", "catalog"),
    ],
  };
}

/** A Docker daemon that has everything of {@link environment}, and some that is not ours. */
export function everything(): SeenInDocker {
  const roles = { registry: undefined, "control-plane-0": "control-plane", "worker-0": "worker" };
  const objects = Object.entries(roles).map(([name, role]) => ({
    name: `slipway-dev-${name}`,
    labels: ["slipway.environment=dev", ...(role ? [`slipway.role=${role}`] : [])],
  }));
  return {
    containers: [
      ...objects.map((each) => ({ ...each, id: each.name.replace("slipway-dev", "id"), state: "running" })),
      { id: "somebody-elses", name: "postgres", labels: [], state: "exited" },
    ],
    volumes: [
      ...objects.map((each) => ({ ...each, id: each.name })),
      { id: "pgdata", name: "pgdata", labels: [] },
    ],
    networks: [{ id: "id-network", name: "slipway-dev", labels: ["slipway.environment=dev"] }],
    images: new Set(["sha256:machine"]),
  };
}

/** The same daemon without some things, by their ids. */
export function without(...ids: string[]): SeenInDocker {
  const { containers, volumes, networks, images } = everything();
  const stays = ({ id }: { readonly id: string }): boolean => !ids.includes(id);
  return {
    containers: containers.filter(stays),
    volumes: volumes.filter(stays),
    networks: networks.filter(stays),
    images,
  };
}

/** An operation that a killed run had begun on a resource of {@link environment}, found by the end of its URN. */
export function pending(type: string, end: string): PendingOperation {
  const resource = environment().resources?.find((each) => each.urn.endsWith(end));
  if (!resource) throw new Error(`no resource ${end}`);
  return { type, resource: type === "creating" ? { ...resource, id: undefined } : resource };
}

/** A state from before a resource was created. */
export function before(end: string): Deployment {
  const { resources = [] } = environment();
  return {
    resources: resources.slice(
      0,
      resources.findIndex((each) => each.urn.endsWith(end)),
    ),
  };
}
