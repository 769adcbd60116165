import { KubernetesCluster } from "../../../../components/cluster";
import { DockerMachines } from "../../../../components/machines";
import { dockerMachinesArgs } from "../../../support/docker-machines-args";
import { countByType, recordResources, type Registered, registeredBy } from "../../../support/recorder";

// A preview: an update would wait for machines that nobody makes.
beforeEach(() => {
  recordResources({ preview: true });
});

const size = { cpus: 1, memoryMiB: 2048 };

const registered = (controlPlanes: number, workers: number): Promise<Registered[]> =>
  registeredBy((options) => {
    const machines = new DockerMachines("test", dockerMachinesArgs("test", "10.88.4.0/24"), options);
    new KubernetesCluster(
      "test",
      {
        machines,
        versions: { kubernetes: "1.36.3", etcd: "3.6.8" },
        controlPlane: { count: controlPlanes, ...size },
        pools: [{ name: "worker", count: workers, ...size, labels: { disk: "fast" } }],
        networks: { pods: "10.244.0.0/16", services: "10.96.0.0/16" },
        dnsAddress: "10.96.0.10",
      },
      options,
    );
  });

const membershipType = "pulumi-nodejs:dynamic/cluster:Membership";

describe("KubernetesCluster", () => {
  it("makes one identity, one provider, and a machine with a membership for each member", async () => {
    const counts = countByType(await registered(3, 2));
    expect(counts).toMatchObject({
      "slipway:cluster:KubernetesCluster": 1,
      "slipway:pki:ClusterIdentity": 1,
      "pulumi:providers:kubernetes": 1,
      "slipway:machines:DockerMachine": 5,
      [membershipType]: 5,
    });
  });

  it("tells each membership its machine, and the labels and taints of its node", async () => {
    const resources = await registered(1, 1);
    const memberships = resources.filter(({ type }) => type === membershipType);
    const settings = memberships.map(({ name, inputs }) => [
      name,
      inputs.machineId,
      inputs.labels,
      inputs.taints,
    ]);
    expect(settings.sort()).toEqual([
      [
        "test-control-plane-0",
        "test-control-plane-0",
        {},
        [{ key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule" }],
      ],
      ["test-worker-0", "test-worker-0", { disk: "fast" }, []],
    ]);
  });

  it("makes no credential for a worker before its machine asks for one", async () => {
    const made = (await registered(1, 1)).filter(({ type }) => type.startsWith("pulumi-nodejs:dynamic/pki"));
    expect(made.map(({ name }) => name).filter((name) => name.includes("worker"))).toEqual([]);
    // The registry's two passwords, the identity's five keys and authorities, and the administrator's certificate.
    expect(made).toHaveLength(8);
  });

  it("names its provider by the cluster, so that a renewed kubeconfig replaces nothing", async () => {
    const provider = (await registered(1, 0)).find(({ type }) => type === "pulumi:providers:kubernetes");
    expect(provider?.inputs.clusterIdentifier).toBe("slipway-test");
  });
});
