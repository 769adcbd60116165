import { groupName } from "../aws-facts";
import type { Statement } from "../policy";
import { owned, requested } from "./tag-conditions";

/** What a deployer changes of networks, machines, load balancers and pools: what has the environment's tag, or gets it. */
export function infrastructureStatements(environment: string): Statement[] {
  return [...networkAndMachines(environment), ...balancersAndPools(environment)];
}

function networkAndMachines(environment: string): Statement[] {
  const ec2 = (...types: string[]) => types.map((type) => `arn:*:ec2:*:*:${type}/*`);
  const makers = [
    "ec2:AllocateAddress",
    "ec2:CreateFlowLogs",
    "ec2:CreateInternetGateway",
    "ec2:CreateLaunchTemplate",
    "ec2:CreateNatGateway",
    "ec2:CreateNetworkInterface",
    "ec2:CreateRouteTable",
    "ec2:CreateSecurityGroup",
    "ec2:CreateSubnet",
    "ec2:CreateVolume",
    "ec2:CreateVpc",
    "ec2:CreateVpcEndpoint",
    "ec2:RunInstances",
  ];
  return [
    {
      // What is made bears the environment's tag from its first moment.
      Sid: "MakeTagged",
      Action: makers,
      Resource: ec2(
        ...["elastic-ip", "instance", "internet-gateway", "launch-template", "natgateway", "route-table"],
        ...["network-interface", "security-group-rule", "subnet", "volume", "vpc", "vpc-endpoint"],
        ...["security-group", "vpc-flow-log"],
      ),
      Condition: requested(environment),
    },
    {
      // EC2 asks the same right of what something is made with, which is there before and has its tag already.
      Sid: "MakeWith",
      Action: makers,
      Resource: [
        ...ec2("elastic-ip", "internet-gateway", "launch-template", "natgateway", "route-table"),
        ...ec2("security-group", "subnet", "vpc"),
      ],
      Condition: owned(environment),
    },
    {
      // A VPC and its subnets can be somebody else's.
      Sid: "MakeInPlaces",
      Action: [
        "ec2:CreateNetworkInterface",
        "ec2:CreateSecurityGroup",
        "ec2:CreateVpcEndpoint",
        "ec2:RunInstances",
      ],
      Resource: ec2("subnet", "vpc"),
    },
    {
      // Public images and snapshots have no account; a machine's disks and interface come with the machine, which is tagged.
      Sid: "MakeMachinesOf",
      Action: ["ec2:RunInstances"],
      Resource: [...ec2("network-interface", "volume"), "arn:*:ec2:*::image/*", "arn:*:ec2:*::snapshot/*"],
    },
    {
      // A tag is given while something is made, so that nobody tags what is another's into his own.
      Sid: "TagWhatIsMade",
      Action: ["ec2:CreateTags"],
      Resource: ec2("*"),
      Condition: { StringEquals: { "ec2:CreateAction": makers.map((action) => action.slice(4)) } },
    },
    {
      // What is the environment's: its tags, rules, routes, places, console and end.
      Sid: "ChangeOwn",
      Action: [
        "ec2:AssociateRouteTable",
        "ec2:AttachInternetGateway",
        "ec2:AttachVolume",
        "ec2:AuthorizeSecurityGroup*",
        "ec2:CreateLaunchTemplateVersion",
        "ec2:CreateRoute",
        "ec2:CreateTags",
        "ec2:DeleteFlowLogs",
        "ec2:DeleteInternetGateway",
        "ec2:DeleteLaunchTemplate",
        "ec2:DeleteNatGateway",
        "ec2:DeleteNetworkInterface",
        "ec2:DeleteRoute",
        "ec2:DeleteRouteTable",
        "ec2:DeleteSecurityGroup",
        "ec2:DeleteSubnet",
        "ec2:DeleteTags",
        "ec2:DeleteVolume",
        "ec2:DeleteVpc",
        "ec2:DeleteVpcEndpoints",
        "ec2:DetachInternetGateway",
        "ec2:DetachVolume",
        "ec2:DisassociateRouteTable",
        "ec2:GetConsoleOutput",
        "ec2:ModifyInstance*",
        "ec2:ModifyLaunchTemplate",
        "ec2:ModifyNetworkInterfaceAttribute",
        "ec2:ModifySecurityGroupRules",
        "ec2:ModifySubnetAttribute",
        "ec2:ModifyVolume",
        "ec2:ModifyVpcAttribute",
        "ec2:ModifyVpcEndpoint",
        "ec2:ReleaseAddress",
        "ec2:ReplaceRoute",
        "ec2:RevokeSecurityGroup*",
        "ec2:StartInstances",
        "ec2:StopInstances",
        "ec2:TerminateInstances",
      ],
      Resource: "*",
      Condition: owned(environment),
    },
  ];
}

function balancersAndPools(environment: string): Statement[] {
  return [
    {
      // Load balancers and pools bear the environment's tag from their first moment.
      Sid: "MakeBalancersAndPools",
      Action: [
        "autoscaling:CreateAutoScalingGroup",
        "elasticloadbalancing:CreateListener",
        "elasticloadbalancing:CreateLoadBalancer",
        "elasticloadbalancing:CreateTargetGroup",
      ],
      Resource: "*",
      Condition: requested(environment),
    },
    {
      // A tag is given while something is made, so that nobody tags what is another's into his own.
      Sid: "TagBalancersThatAreMade",
      Action: ["elasticloadbalancing:AddTags"],
      Resource: "*",
      Condition: {
        StringEquals: {
          ...requested(environment).StringEquals,
          "elasticloadbalancing:CreateAction": ["CreateListener", "CreateLoadBalancer", "CreateTargetGroup"],
        },
      },
    },
    {
      // Auto Scaling does not say while what a tag is given: so it is those of the environment's names that are nobody else's.
      Sid: "TagPoolsThatAreMade",
      Action: ["autoscaling:CreateOrUpdateTags"],
      Resource: `arn:*:autoscaling:*:*:autoScalingGroup:*:autoScalingGroupName/${groupName(environment, "*")}`,
      Condition: {
        ...requested(environment),
        StringEqualsIfExists: owned(environment).StringEquals,
      },
    },
    {
      // Those of the environment: their size, their targets, their end.
      Sid: "ChangeBalancersAndPools",
      Action: [
        "autoscaling:AttachLoadBalancerTargetGroups",
        "autoscaling:CancelInstanceRefresh",
        "autoscaling:DeleteAutoScalingGroup",
        "autoscaling:DeleteLifecycleHook",
        "autoscaling:DeleteTags",
        "autoscaling:DetachLoadBalancerTargetGroups",
        "autoscaling:DisableMetricsCollection",
        "autoscaling:EnableMetricsCollection",
        "autoscaling:PutLifecycleHook",
        "autoscaling:RollbackInstanceRefresh",
        "autoscaling:SetInstanceProtection",
        "autoscaling:StartInstanceRefresh",
        "autoscaling:TerminateInstanceInAutoScalingGroup",
        "autoscaling:UpdateAutoScalingGroup",
        "elasticloadbalancing:AddTags",
        "elasticloadbalancing:DeleteListener",
        "elasticloadbalancing:DeleteLoadBalancer",
        "elasticloadbalancing:DeleteTargetGroup",
        "elasticloadbalancing:DeregisterTargets",
        "elasticloadbalancing:ModifyListener",
        "elasticloadbalancing:ModifyLoadBalancerAttributes",
        "elasticloadbalancing:ModifyTargetGroup",
        "elasticloadbalancing:ModifyTargetGroupAttributes",
        "elasticloadbalancing:RegisterTargets",
        "elasticloadbalancing:RemoveTags",
        "elasticloadbalancing:SetSecurityGroups",
        "elasticloadbalancing:SetSubnets",
      ],
      Resource: "*",
      Condition: owned(environment),
    },
    {
      // AWS' own roles, which come with an account's first pool, load balancer and spot machine.
      Sid: "FirstOfTheAccount",
      Action: ["iam:CreateServiceLinkedRole"],
      Resource: "arn:*:iam::*:role/aws-service-role/*",
      Condition: {
        StringEquals: {
          "iam:AWSServiceName": [
            "autoscaling.amazonaws.com",
            "elasticloadbalancing.amazonaws.com",
            "spot.amazonaws.com",
          ],
        },
      },
    },
  ];
}
