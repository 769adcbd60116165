"""Prints what there is in an account, as JSON: kind to names. What AWS keeps for a while after its deletion is left out."""

import json

import boto3

subnets = [subnet["SubnetId"] for subnet in boto3.client("ec2").describe_subnets()["Subnets"]]

# Kind: service, operation, where in the answer, what names one, and what says that it is deleted or AWS' own.
KINDS = {
    "vpc": ("ec2", "describe_vpcs", "Vpcs", "VpcId", lambda found: found["IsDefault"]),
    "subnet": ("ec2", "describe_subnets", "Subnets", "SubnetId", lambda found: found["DefaultForAz"]),
    "internet gateway": ("ec2", "describe_internet_gateways", "InternetGateways", "InternetGatewayId"),
    "nat gateway": (
        "ec2",
        "describe_nat_gateways",
        "NatGateways",
        "NatGatewayId",
        lambda found: found["State"] in ("deleting", "deleted"),
    ),
    "address": ("ec2", "describe_addresses", "Addresses", "AllocationId"),
    "endpoint": (
        "ec2",
        "describe_vpc_endpoints",
        "VpcEndpoints",
        "VpcEndpointId",
        lambda found: found["State"] in ("deleting", "deleted"),
    ),
    "flow log": ("ec2", "describe_flow_logs", "FlowLogs", "FlowLogId"),
    "security group": (
        "ec2",
        "describe_security_groups",
        "SecurityGroups",
        "GroupName",
        lambda found: found["GroupName"] == "default",
    ),
    # moto leaves a NAT gateway's when the gateway goes; in AWS no subnet goes before what is in it.
    "network interface": (
        "ec2",
        "describe_network_interfaces",
        "NetworkInterfaces",
        "NetworkInterfaceId",
        lambda found: found["SubnetId"] not in subnets,
    ),
    "volume": ("ec2", "describe_volumes", "Volumes", "VolumeId"),
    "launch template": ("ec2", "describe_launch_templates", "LaunchTemplates", "LaunchTemplateName"),
    "auto-scaling group": (
        "autoscaling",
        "describe_auto_scaling_groups",
        "AutoScalingGroups",
        "AutoScalingGroupName",
    ),
    "load balancer": ("elbv2", "describe_load_balancers", "LoadBalancers", "LoadBalancerName"),
    "target group": ("elbv2", "describe_target_groups", "TargetGroups", "TargetGroupName"),
    "role": ("iam", "list_roles", "Roles", "RoleName", lambda found: found["Path"].startswith("/aws-service-role/")),
    "instance profile": ("iam", "list_instance_profiles", "InstanceProfiles", "InstanceProfileName"),
    "identity provider": ("iam", "list_open_id_connect_providers", "OpenIDConnectProviderList", "Arn"),
    "alias of a key": (
        "kms",
        "list_aliases",
        "Aliases",
        "AliasName",
        lambda found: found["AliasName"].startswith("alias/aws/"),
    ),
    "secret": ("secretsmanager", "list_secrets", "SecretList", "Name"),
    "parameter": ("ssm", "describe_parameters", "Parameters", "Name"),
    "log group": ("logs", "describe_log_groups", "logGroups", "logGroupName"),
    "alarm": ("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
    "hosted zone": ("route53", "list_hosted_zones", "HostedZones", "Name"),
    "topic": ("sns", "list_topics", "Topics", "TopicArn"),
    "repository": ("ecr", "describe_repositories", "repositories", "repositoryName"),
    "bucket": ("s3", "list_buckets", "Buckets", "Name"),
}


def names(service, operation, where, name, gone=lambda found: False):
    answer = getattr(boto3.client(service), operation)()
    return sorted(found[name] for found in answer[where] if not gone(found))


def keys():
    kms = boto3.client("kms")
    # AWS' own, which come with the first encrypted volume, have an alias of AWS'.
    aliases = [alias for alias in kms.list_aliases()["Aliases"] if alias["AliasName"].startswith("alias/aws/")]
    own = [alias.get("TargetKeyId") for alias in aliases]
    described = [kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"] for key in kms.list_keys()["Keys"]]
    return sorted(
        key["KeyId"]
        for key in described
        if key["KeyId"] not in own and key["KeyState"] != "PendingDeletion"
    )


def instances():
    """They are listed by what started them."""
    reservations = boto3.client("ec2").describe_instances()["Reservations"]
    described = [instance for reservation in reservations for instance in reservation["Instances"]]
    return sorted(found["InstanceId"] for found in described if found["State"]["Name"] != "terminated")


def objects():
    s3 = boto3.client("s3")
    buckets = [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
    return [found["Key"] for name in buckets for found in s3.list_objects_v2(Bucket=name).get("Contents", [])]


def policies():
    """AWS' own are hundreds."""
    return sorted(policy["PolicyName"] for policy in boto3.client("iam").list_policies(Scope="Local")["Policies"])


found = {kind: names(*how) for kind, how in KINDS.items()} | {
    "instance": instances(),
    "key": keys(),
    "object": objects(),
    "policy": policies(),
}
print(json.dumps({kind: some for kind, some in found.items() if some}))
