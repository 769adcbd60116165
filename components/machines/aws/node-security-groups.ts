import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

import type { Belonging } from "../belonging";
import { belongingTags, clusterTag } from "./tags";

/** Where the machines are. */
export interface NodeSecurityGroupsArgs extends Belonging {
  readonly vpcId: pulumi.Input<string>;
  /** The API's port. */
  readonly apiPort: number;
}

/** Who may speak to whom, and why. `ports` are the first and the last. */
interface Rule {
  readonly to: aws.ec2.SecurityGroup;
  readonly from: aws.ec2.SecurityGroup;
  readonly protocol: "tcp" | "udp" | "4";
  readonly ports?: readonly [number, number];
  readonly why: string;
}

/**
 * The firewalls of control planes, of workers, and of what stands before the API. Nobody else is let in, and everybody out:
 * what pods may reach is network policies' affair.
 */
export class NodeSecurityGroups extends pulumi.ComponentResource {
  readonly controlPlane: aws.ec2.SecurityGroup;
  readonly worker: aws.ec2.SecurityGroup;
  /** Of the load balancers before the API: who may reach these is for their owner to add. */
  readonly endpoint: aws.ec2.SecurityGroup;

  constructor(
    private readonly name: string,
    private readonly args: NodeSecurityGroupsArgs,
    options: pulumi.ComponentResourceOptions,
  ) {
    super("slipway:machines:AwsNodeSecurityGroups", name, {}, options);

    this.controlPlane = this.group("control-plane", "Control planes");
    // Load balancers of Services are let in by the cloud controller manager: it looks for the group with this tag.
    this.worker = this.group("worker", "Workers", clusterTag(args.environment));
    this.endpoint = this.group("endpoint", "Load balancers before the API");
    this.rules().forEach((rule, index) => {
      this.admit(rule, index);
    });
    this.registerOutputs();
  }

  private rules(): Rule[] {
    const { controlPlane, worker, endpoint } = this;
    const api = [this.args.apiPort, this.args.apiPort] as const;
    const nodes = [controlPlane, worker];
    const amongNodes = nodes.flatMap((to) => nodes.map((from) => ({ to, from })));
    return [
      { to: controlPlane, from: endpoint, protocol: "tcp", ports: api, why: "The API and its health check" },
      {
        to: endpoint,
        from: controlPlane,
        protocol: "tcp",
        ports: api,
        why: "Control planes use the endpoint",
      },
      { to: endpoint, from: worker, protocol: "tcp", ports: api, why: "Kubelets use the endpoint" },
      {
        to: controlPlane,
        from: controlPlane,
        protocol: "tcp",
        ports: api,
        why: "The Service kubernetes.default",
      },
      { to: controlPlane, from: worker, protocol: "tcp", ports: api, why: "The Service kubernetes.default" },
      { to: controlPlane, from: controlPlane, protocol: "tcp", ports: [2379, 2380], why: "etcd" },
      ...amongNodes.flatMap((pair): Rule[] => [
        { ...pair, protocol: "tcp", ports: [10250, 10250], why: "Kubelets: logs, exec and metrics" },
        { ...pair, protocol: "tcp", ports: [179, 179], why: "kube-router tells where pods are" },
        { ...pair, protocol: "4", why: "Pods' packets, IP in IP" },
      ]),
    ];
  }

  private group(kind: string, description: string, tags: Record<string, string> = {}): aws.ec2.SecurityGroup {
    const name = `${this.name}-${kind}`;
    const group = new aws.ec2.SecurityGroup(
      name,
      {
        description: `${description} of ${this.args.environment}`,
        vpcId: this.args.vpcId,
        tags: { ...belongingTags(this.args, name), ...tags },
      },
      { parent: this },
    );
    new aws.vpc.SecurityGroupEgressRule(
      name,
      {
        securityGroupId: group.id,
        description: "Out to anywhere",
        ipProtocol: "-1",
        cidrIpv4: "0.0.0.0/0",
        tags: belongingTags(this.args, name),
      },
      { parent: this },
    );
    return group;
  }

  private admit({ to, from, protocol, ports, why }: Rule, index: number): void {
    const name = `${this.name}-${index}`;
    new aws.vpc.SecurityGroupIngressRule(
      name,
      {
        securityGroupId: to.id,
        referencedSecurityGroupId: from.id,
        description: why,
        ipProtocol: protocol,
        ...(ports && { fromPort: ports[0], toPort: ports[1] }),
        tags: belongingTags(this.args, name),
      },
      { parent: this },
    );
  }
}
