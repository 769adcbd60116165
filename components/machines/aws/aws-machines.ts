import * as pulumi from "@pulumi/pulumi";

import type { MachineFile, PlatformFacts } from "../../bootstrap";
import type { Belonging } from "../belonging";
import {
  type ClientEndpoint,
  type ElasticPools,
  type Endpoint,
  type LiveMachine,
  machineName,
  type MachinePlatform,
  type MachineRole,
  type MachineSlot,
  type MachineSpec,
  type PoolFollower,
  type PoolSpec,
} from "../platform";
import { type ApiAccess, ApiEndpoint } from "./api-endpoint";
import { AutoScalingGroups } from "./auto-scaling-groups";
import { awsFacts } from "./aws-facts";
import { ClusterClaim } from "./cluster-claim";
import { ControlPlaneInstance, type ControlPlaneMachine } from "./control-plane-instance";
import { IdentitySecret } from "./identity-secret";
import { JoinTokenSecret } from "./join-token-secret";
import { InstanceRole } from "./instance-role";
import { Instances } from "./instances";
import { type MachineArchive, MachineFiles } from "./machine-files";
import { controlPlaneStatements, workerStatements } from "./machine-rights";
import type { NetworkPlace } from "./network";
import type { AlarmsArgs } from "./operations";
import { NodeSecurityGroups } from "./node-security-groups";
import type { AwsPlace } from "./policy";
import { PoolRefresh } from "./pool-refresh";
import { revisionOf } from "./revision";
import { type PoolMachines, WorkerPool } from "./worker-pool";

/** The API's port, of the load balancers and of the control planes. */
const apiPort = 6443;

/** An environment's place on AWS. */
export interface AwsMachinesArgs extends Belonging, AwsPlace {
  /** As in `eu-central-1`. */
  readonly region: string;
  /** Made for the environment, or there already. */
  readonly network: NetworkPlace;
  /** ARN of the key that encrypts disks and the identity; its policy lets auto-scaling groups use it. */
  readonly keyArn: pulumi.Input<string>;
  /** How the API is reached from outside of the VPC. */
  readonly access: ApiAccess;
  /** Port on 127.0.0.1 that a tunnel to an internal API is at. Default: none, `pulumi up` runs inside the VPC. */
  readonly tunnelPort?: number | undefined;
  /** What to do when the API cannot be reached by {@link access}, in a few words for a person. Default: nothing is said. */
  readonly accessAdvice?: string | undefined;
  /** How many control planes the cluster has: the load balancers know their places before they are there. */
  readonly controlPlaneCount: number;
  /** The machines of the control planes, all alike. */
  readonly controlPlane: ControlPlaneMachine;
  /** The machines of each pool, by the pool's name. */
  readonly poolMachines: Readonly<Record<string, PoolMachines>>;
  /**
   * What makes machines of stock systems, of the architecture of them all. Default: nothing, the images are prepared and have
   * everything.
   */
  readonly machineFiles?: MachineArchive | undefined;
  /** ARN of the bucket that control planes put the cluster's backups into. Default: none. */
  readonly backupBucketArn?: pulumi.Input<string> | undefined;
  /** Whether AWS or the stack refuses to delete what is not to go by mistake: control planes, etcd's volumes, load balancers. */
  readonly deletionProtection: boolean;
  /** ARN of a policy beyond which the machines' roles have no right, whatever they are given. Default none. */
  readonly permissionsBoundaryArn?: pulumi.Input<string> | undefined;
}

/**
 * Machines as EC2 instances: a load balancer before the API, an instance with a volume for each control plane, and an
 * auto-scaling group for each pool. The cluster's identity lies in Secrets Manager, where each role reads its own part.
 */
export class AwsMachines extends pulumi.ComponentResource implements MachinePlatform {
  readonly endpoint: Endpoint;
  readonly clientEndpoint: ClientEndpoint;
  readonly facts: PlatformFacts;
  readonly foundation: pulumi.Resource = this;
  readonly pools: ElasticPools;

  private readonly apiEndpoint: ApiEndpoint;
  /** By the machine's name. */
  private readonly controlPlanes = new Map<string, ControlPlaneInstance>();
  /** By the pool's name. */
  private readonly workerPools = new Map<string, WorkerPool>();
  private readonly identity = new Map<MachineRole, { role: InstanceRole; secret: IdentitySecret }>();
  private readonly files: MachineFiles | undefined;
  private readonly claim: ClusterClaim;
  private readonly joinToken: JoinTokenSecret;
  private readonly groups: NodeSecurityGroups;
  private readonly instances: Instances;
  private readonly autoScalingGroups: AutoScalingGroups;

  constructor(
    private readonly name: string,
    private readonly args: AwsMachinesArgs,
    options: pulumi.ComponentResourceOptions,
  ) {
    super("slipway:machines:AwsMachines", name, {}, options);

    const { network, controlPlaneCount } = args;
    this.groups = new NodeSecurityGroups(
      `${name}-nodes`,
      { ...this.belonging, vpcId: network.vpcId, apiPort },
      { parent: this },
    );
    this.apiEndpoint = new ApiEndpoint(
      `${name}-api`,
      {
        ...this.belonging,
        network,
        access: args.access,
        port: apiPort,
        securityGroupId: this.groups.endpoint.id,
        controlPlaneAddresses: [...Array(controlPlaneCount).keys()].map(
          (index) => network.controlPlane(index).address,
        ),
        deletionProtection: args.deletionProtection,
      },
      { parent: this },
    );
    this.endpoint = { host: this.apiEndpoint.host, port: apiPort };
    this.clientEndpoint = this.fromOutside();
    this.facts = awsFacts(args.environment, args.machineFiles?.key);
    this.files = this.makeFiles();
    this.claim = new ClusterClaim(
      `${name}-claim`,
      { ...this.belonging, keyArn: args.keyArn },
      { parent: this },
    );
    this.joinToken = new JoinTokenSecret(
      `${name}-join-token`,
      { ...this.belonging, keyArn: args.keyArn },
      { parent: this },
    );
    this.instances = new Instances(args.region);
    this.autoScalingGroups = new AutoScalingGroups(args.region);
    this.pools = {
      create: (spec, poolOptions) => this.createPool(spec, poolOptions),
      settled: (pool, follower) => this.settlePool(pool, follower),
      readConsoles: (pool) => this.readConsoles(pool),
    };
    this.registerOutputs();
  }

  address(slot: MachineSlot): string {
    if (slot.role === "worker") {
      throw new Error(`machines of pool "${slot.pool}" have addresses that AWS gives them`);
    }
    return this.args.network.controlPlane(slot.index).address;
  }

  keepIdentity(role: MachineRole, files: pulumi.Output<readonly MachineFile[]>): void {
    const name = `${this.name}-${role}`;
    const { keyArn, partition, region, accountId } = this.args;
    const all = this.files
      ? pulumi.all([files, this.files.pointer]).apply(([own, one]) => [...own, one])
      : files;
    const secret = new IdentitySecret(
      name,
      { ...this.belonging, role, files: all, keyArn },
      { parent: this },
    );
    const rights = {
      ...{ ...this.belonging, partition, region, accountId, keyArn, secretArn: secret.arn },
      claimArn: this.claim.arn,
      joinTokenArn: this.joinToken.arn,
      machineFilesArn: this.files?.objectsArn,
      backupBucketArn: this.args.backupBucketArn,
    };
    const statements = role === "worker" ? workerStatements(rights) : controlPlaneStatements(rights);
    const description = `The ${role} machines of ${this.args.environment}`;
    const instanceRole = new InstanceRole(
      name,
      {
        ...this.belonging,
        description,
        statements,
        permissionsBoundaryArn: this.args.permissionsBoundaryArn,
      },
      { parent: this },
    );
    this.identity.set(role, { role: instanceRole, secret });
  }

  createMachine(spec: MachineSpec, options: pulumi.ComponentResourceOptions): pulumi.Output<string> {
    const { slot, userData, kubernetesVersion } = spec;
    if (slot.role === "worker") throw new Error("machines of a pool are made by its group");
    const name = machineName(slot);
    const machine = new ControlPlaneInstance(
      `${this.name}-${name}`,
      {
        ...this.belonging,
        ...this.args.controlPlane,
        machineName: name,
        place: this.args.network.controlPlane(slot.index),
        securityGroupId: this.groups.controlPlane.id,
        profileName: this.profileOf("control-plane"),
        keyArn: this.args.keyArn,
        userData,
        revision: this.revision(spec),
        kubernetesVersion,
        deletionProtection: this.args.deletionProtection,
      },
      this.onAws(options),
    );
    this.controlPlanes.set(name, machine);
    return machine.instanceId;
  }

  revision({ userData, kubernetesVersion }: MachineSpec): pulumi.Output<string> {
    const { instanceType, imageId, rootVolumeGiB } = this.args.controlPlane;
    return revisionOf({ document: userData, kubernetesVersion, instanceType, imageId, rootVolumeGiB });
  }

  async live(): Promise<LiveMachine[]> {
    return await this.instances.live(this.belonging);
  }

  async stop(name: string): Promise<void> {
    await this.instances.stop(this.belonging, name);
  }

  /** What there is to be watched of the machines that were made so far: the other arguments are those of its alarms. */
  watched(): Required<Pick<AlarmsArgs, "endpoint" | "controlPlanes" | "volumes" | "pools">> {
    const { loadBalancerArn, targetGroupArn } = this.apiEndpoint.internal;
    const controlPlanes = [...this.controlPlanes];
    return {
      endpoint: { loadBalancerArn, targetGroupArn },
      controlPlanes: Object.fromEntries(controlPlanes.map(([name, { instanceId }]) => [name, instanceId])),
      volumes: Object.fromEntries(
        controlPlanes.map(([name, { etcdVolumeId }]) => [`${name}-etcd`, etcdVolumeId]),
      ),
      pools: Object.fromEntries(
        [...this.workerPools].map(([name, { groupName, min }]) => [name, { groupName, min }]),
      ),
    };
  }

  async startedAt(name: string): Promise<Date> {
    return this.instances.startedAt(await this.instanceId(name));
  }

  async readConsole(name: string): Promise<string> {
    return this.instances.console(await this.instanceId(name));
  }

  private makeFiles(): MachineFiles | undefined {
    const { machineFiles: files, keyArn } = this.args;
    return (
      files && new MachineFiles(`${this.name}-files`, { ...this.belonging, files, keyArn }, { parent: this })
    );
  }

  private createPool(spec: PoolSpec, options: pulumi.ComponentResourceOptions): pulumi.Output<string> {
    const machines = this.args.poolMachines[spec.name];
    if (machines === undefined) {
      throw new Error(`poolMachines has nothing on pool "${spec.name}"; add its instanceTypes and imageId`);
    }
    const pool = new WorkerPool(
      `${this.name}-${spec.name}`,
      {
        ...this.belonging,
        ...machines,
        spec,
        network: this.args.network,
        securityGroupId: this.groups.worker.id,
        profileName: this.profileOf("worker"),
        keyArn: this.args.keyArn,
      },
      this.onAws(options),
    );
    this.workerPools.set(spec.name, pool);
    return pool.groupName;
  }

  private async readConsoles(pool: string): Promise<ReadonlyMap<string, string>> {
    const instances = await this.instances.ofGroup(await known(this.poolOf(pool).groupName));
    const consoles = instances.map(async ({ InstanceId: id = "" }) => {
      // An instance that has just begun has no console yet.
      return [id, await this.instances.console(id).catch(() => "")] as const;
    });
    return new Map(await Promise.all(consoles));
  }

  private async settlePool(pool: string, follower: PoolFollower): Promise<void> {
    const target = await known(this.poolOf(pool).target);
    const aws = { groups: this.autoScalingGroups, instances: this.instances };
    await new PoolRefresh(pool, target, aws, follower).finish();
  }

  private poolOf(name: string): WorkerPool {
    const pool = this.workerPools.get(name);
    if (pool === undefined) throw new Error(`there is no pool "${name}"`);
    return pool;
  }

  private async instanceId(name: string): Promise<string> {
    const machine = this.controlPlanes.get(name);
    if (machine === undefined) throw new Error(`there is no machine "${name}"`);
    return known(machine.instanceId);
  }

  /** Known when the role has its rights and the secret its value, without either of which a machine cannot boot. */
  private profileOf(role: MachineRole): pulumi.Output<string> {
    const identity = this.identity.get(role);
    if (identity === undefined)
      throw new Error(`the identity of ${role} machines is to be kept before the first one`);
    return pulumi
      .all([identity.role.profileName, identity.secret.versionId])
      .apply(([profileName]) => profileName);
  }

  /** The public load balancer, else the tunnel, else what the VPC reaches. */
  private fromOutside(): ClientEndpoint {
    const { publicHost, host } = this.apiEndpoint;
    const { tunnelPort, accessAdvice: advice } = this.args;
    const known = { serverName: host, advice };
    if (publicHost !== undefined) return { ...known, host: publicHost, port: apiPort };
    if (tunnelPort !== undefined) return { ...known, host: "127.0.0.1", port: tunnelPort };
    return { ...known, host, port: apiPort };
  }

  /**
   * The cluster is the parent of its machines, and knows nothing of the account and the region that they are in, nor what they
   * ask for as soon as they run.
   */
  private onAws(options: pulumi.ComponentResourceOptions): pulumi.ComponentResourceOptions {
    const provider = this.getProvider("aws:ec2/instance:Instance");
    return pulumi.mergeOptions(options, {
      dependsOn: this.apiEndpoint.record,
      ...(provider && { provider }),
    });
  }

  private get belonging(): Belonging {
    return { environment: this.args.environment, owner: this.args.owner };
  }
}

/** The value of an output that an `up` gives one. */
function known<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => {
    output.apply((value) => {
      resolve(value);
    });
  });
}
