import type { DockerMachinesArgs } from "../../components/machines/docker";

/** What machines are made with where nobody starts them. */
export function dockerMachinesArgs(environment: string, network: string): DockerMachinesArgs {
  return {
    environment,
    network,
    addressBlocks: { worker: 1 },
    ports: { api: 16443, registry: 15000 },
    exposedPorts: [],
    images: { machine: "slipway/machine:1", loadBalancer: "slipway/lb:1", registry: "slipway/registry:1" },
  };
}
