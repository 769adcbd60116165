package main

// resources are the resource types that this project uses: Terraform's name to the Pulumi token's module and name.
// The tokens are those of npm's @pulumi/aws; tests/aws compares them, and every property's name.
var resources = map[string]string{
	"aws_vpc":                     "ec2/Vpc",
	"aws_default_security_group":  "ec2/DefaultSecurityGroup",
	"aws_subnet":                  "ec2/Subnet",
	"aws_internet_gateway":        "ec2/InternetGateway",
	"aws_nat_gateway":             "ec2/NatGateway",
	"aws_eip":                     "ec2/Eip",
	"aws_route_table":             "ec2/RouteTable",
	"aws_route":                   "ec2/Route",
	"aws_route_table_association": "ec2/RouteTableAssociation",
	"aws_vpc_endpoint":            "ec2/VpcEndpoint",
	"aws_flow_log":                "ec2/FlowLog",
	"aws_security_group":          "ec2/SecurityGroup",
	"aws_security_group_rule":     "ec2/SecurityGroupRule",
	"aws_network_interface":       "ec2/NetworkInterface",
	"aws_ec2_tag":                 "ec2/Tag",

	"aws_vpc_security_group_ingress_rule": "vpc/SecurityGroupIngressRule",
	"aws_vpc_security_group_egress_rule":  "vpc/SecurityGroupEgressRule",

	"aws_instance":          "ec2/Instance",
	"aws_launch_template":   "ec2/LaunchTemplate",
	"aws_ebs_volume":        "ebs/Volume",
	"aws_volume_attachment": "ec2/VolumeAttachment",

	"aws_autoscaling_group":          "autoscaling/Group",
	"aws_autoscaling_lifecycle_hook": "autoscaling/LifecycleHook",
	"aws_autoscaling_attachment":     "autoscaling/Attachment",

	"aws_lb":                         "lb/LoadBalancer",
	"aws_lb_listener":                "lb/Listener",
	"aws_lb_target_group":            "lb/TargetGroup",
	"aws_lb_target_group_attachment": "lb/TargetGroupAttachment",

	"aws_iam_role":                    "iam/Role",
	"aws_iam_role_policy":             "iam/RolePolicy",
	"aws_iam_policy":                  "iam/Policy",
	"aws_iam_role_policy_attachment":  "iam/RolePolicyAttachment",
	"aws_iam_instance_profile":        "iam/InstanceProfile",
	"aws_iam_openid_connect_provider": "iam/OpenIdConnectProvider",

	"aws_route53_zone":   "route53/Zone",
	"aws_route53_record": "route53/Record",

	"aws_kms_key":        "kms/Key",
	"aws_kms_key_policy": "kms/KeyPolicy",
	"aws_kms_alias":      "kms/Alias",

	"aws_secretsmanager_secret":         "secretsmanager/Secret",
	"aws_secretsmanager_secret_policy":  "secretsmanager/SecretPolicy",
	"aws_secretsmanager_secret_version": "secretsmanager/SecretVersion",
	"aws_ssm_parameter":                 "ssm/Parameter",

	"aws_cloudwatch_log_group":    "cloudwatch/LogGroup",
	"aws_cloudwatch_metric_alarm": "cloudwatch/MetricAlarm",
	"aws_cloudwatch_event_rule":   "cloudwatch/EventRule",
	"aws_cloudwatch_event_target": "cloudwatch/EventTarget",
	"aws_sns_topic":               "sns/Topic",
	"aws_sns_topic_policy":        "sns/TopicPolicy",
	"aws_sns_topic_subscription":  "sns/TopicSubscription",
	"aws_sqs_queue":               "sqs/Queue",
	"aws_sqs_queue_policy":        "sqs/QueuePolicy",

	"aws_s3_bucket":                                      "s3/Bucket",
	"aws_s3_bucket_lifecycle_configuration":              "s3/BucketLifecycleConfiguration",
	"aws_s3_bucket_object_lock_configuration":            "s3/BucketObjectLockConfiguration",
	"aws_s3_bucket_ownership_controls":                   "s3/BucketOwnershipControls",
	"aws_s3_bucket_policy":                               "s3/BucketPolicy",
	"aws_s3_bucket_public_access_block":                  "s3/BucketPublicAccessBlock",
	"aws_s3_bucket_server_side_encryption_configuration": "s3/BucketServerSideEncryptionConfiguration",
	"aws_s3_bucket_versioning":                           "s3/BucketVersioning",
	"aws_s3_object":                                      "s3/BucketObjectv2",
	"aws_ecr_lifecycle_policy":                           "ecr/LifecyclePolicy",
	"aws_ecr_repository":                                 "ecr/Repository",
	"aws_ecr_repository_policy":                          "ecr/RepositoryPolicy",
}

// dataSources are the look-ups that this project uses, in the same way.
var dataSources = map[string]string{
	"aws_ami":                         "ec2/getAmi",
	"aws_availability_zones":          "index/getAvailabilityZones",
	"aws_caller_identity":             "index/getCallerIdentity",
	"aws_ebs_volume":                  "ebs/getVolume",
	"aws_ec2_instance_type":           "ec2/getInstanceType",
	"aws_ec2_instance_type_offerings": "ec2/getInstanceTypeOfferings",
	"aws_iam_policy_document":         "iam/getPolicyDocument",
	"aws_instance":                    "ec2/getInstance",
	"aws_instances":                   "ec2/getInstances",
	"aws_partition":                   "index/getPartition",
	"aws_prefix_list":                 "ec2/getPrefixList",
	"aws_ec2_managed_prefix_list":     "ec2/getManagedPrefixList",
	"aws_region":                      "index/getRegion",
	"aws_route_tables":                "ec2/getRouteTables",
	"aws_security_groups":             "ec2/getSecurityGroups",
	"aws_servicequotas_service_quota": "servicequotas/getServiceQuota",
	"aws_ssm_parameter":               "ssm/getParameter",
	"aws_subnet":                      "ec2/getSubnet",
	"aws_subnets":                     "ec2/getSubnets",
	"aws_vpc":                         "ec2/getVpc",
}
