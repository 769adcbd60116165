import type { Resource, ResourceRule } from "../rule";
import { at, elements, isValues, text, unknown, type Value } from "../values";

/**
 * Types that have no tags, by module: those of @pulumi/aws 7.21.0 whose arguments have none, of the modules that a
 * cluster on AWS is made of.
 */
const untaggable: Readonly<Record<string, string>> = {
  autoscaling: "attachment lifecycleHook notification policy schedule tag trafficSourceAttachment",
  cloudwatch:
    "dashboard eventApiDestination eventArchive eventBusPolicy eventConnection eventEndpoint " +
    "eventPermission eventTarget logAccountPolicy logDataProtectionPolicy logDeliveryDestinationPolicy " +
    "logDestinationPolicy logIndexPolicy logMetricFilter logResourcePolicy logStream " +
    "logSubscriptionFilter logTransformer queryDefinition",
  dynamodb:
    "contributorInsights globalSecondaryIndex globalTable kinesisStreamingDestination resourcePolicy " +
    "tableExport tableItem tag",
  ebs: "defaultKmsKey encryptionByDefault fastSnapshotRestore snapshotBlockPublicAccess",
  ec2:
    "allowedImagesSettings amiLaunchPermission availabilityZoneGroup defaultCreditSpecification " +
    "eipAssociation eipDomainName imageBlockPublicAccess instanceMetadataDefaults " +
    "internetGatewayAttachment launchConfiguration localGatewayRoute mainRouteTableAssociation " +
    "managedPrefixListEntry natGatewayEipAssociation networkAclAssociation networkAclRule " +
    "networkInterfaceAttachment networkInterfacePermission networkInterfaceSecurityGroupAttachment " +
    "peeringConnectionOptions proxyProtocolPolicy route routeTableAssociation securityGroupAssociation " +
    "securityGroupRule serialConsoleAccess snapshotCreateVolumePermission spotDatafeedSubscription " +
    "subnetCidrReservation tag trafficMirrorFilterRule volumeAttachment vpcBlockPublicAccessOptions " +
    "vpcDhcpOptionsAssociation vpcEndpointConnectionAccepter vpcEndpointConnectionNotification " +
    "vpcEndpointPolicy vpcEndpointRouteTableAssociation vpcEndpointServiceAllowedPrinciple " +
    "vpcEndpointSubnetAssociation vpcIpamOrganizationAdminAccount vpcIpamPoolCidr " +
    "vpcIpamPoolCidrAllocation vpcIpamPreviewNextCidr vpcIpv4CidrBlockAssociation " +
    "vpcIpv6CidrBlockAssociation vpcNetworkPerformanceMetricSubscription vpcSecurityGroupRulesExclusive " +
    "vpnConnectionRoute vpnGatewayAttachment vpnGatewayRoutePropagation",
  ecr:
    "accountSetting lifecyclePolicy pullThroughCacheRule pullTimeUpdateExclusion registryPolicy " +
    "registryScanningConfiguration replicationConfiguration repositoryCreationTemplate repositoryPolicy",
  efs: "backupPolicy fileSystemPolicy mountTarget replicationConfiguration",
  iam:
    "accessKey accountAlias accountPasswordPolicy group groupMembership groupPoliciesExclusive " +
    "groupPolicy groupPolicyAttachment groupPolicyAttachmentsExclusive organizationsFeatures " +
    "outboundWebIdentityFederation policyAttachment rolePoliciesExclusive rolePolicy rolePolicyAttachment " +
    "rolePolicyAttachmentsExclusive securityTokenServicePreferences serviceSpecificCredential " +
    "signingCertificate sshKey userGroupMembership userLoginProfile userPoliciesExclusive userPolicy " +
    "userPolicyAttachment userPolicyAttachmentsExclusive",
  kms: "alias ciphertext customKeyStore grant keyPolicy",
  lb: "listenerCertificate targetGroupAttachment trustStoreRevocation",
  rds:
    "certificate clusterActivityStream clusterRoleAssociation exportTask " +
    "instanceAutomatedBackupsReplication instanceDesiredState proxyDefaultTargetGroup proxyTarget " +
    "roleAssociation",
  route53:
    "cidrCollection cidrLocation delegationSet hostedZoneDnsSec keySigningKey profilesResourceAssociation " +
    "queryLog record recordsExclusive resolverConfig resolverDnsSecConfig resolverFirewallConfig " +
    "resolverFirewallRule resolverQueryLogConfigAssociation resolverRuleAssociation trafficPolicy " +
    "trafficPolicyInstance vpcAssociationAuthorization zoneAssociation",
  s3:
    "accountPublicAccessBlock analyticsConfiguration bucketAbac bucketAccelerateConfiguration " +
    "bucketAccelerateConfigurationV2 bucketAcl bucketAclV2 bucketCorsConfiguration " +
    "bucketCorsConfigurationV2 bucketIntelligentTieringConfiguration bucketLifecycleConfiguration " +
    "bucketLifecycleConfigurationV2 bucketLogging bucketLoggingV2 bucketMetadataConfiguration " +
    "bucketMetric bucketNotification bucketObjectLockConfiguration bucketObjectLockConfigurationV2 " +
    "bucketOwnershipControls bucketPolicy bucketPublicAccessBlock bucketReplicationConfig " +
    "bucketRequestPaymentConfiguration bucketRequestPaymentConfigurationV2 " +
    "bucketServerSideEncryptionConfiguration bucketServerSideEncryptionConfigurationV2 bucketVersioning " +
    "bucketVersioningV2 bucketWebsiteConfiguration bucketWebsiteConfigurationV2 inventory " +
    "vectorsVectorBucketPolicy",
  secretsmanager: "secretPolicy secretRotation secretVersion tag",
  sns: "dataProtectionPolicy platformApplication smsPreferences topicPolicy topicSubscription",
  sqs: "queuePolicy redriveAllowPolicy redrivePolicy",
  ssm:
    "defaultPatchBaseline maintenanceWindowTarget maintenanceWindowTask patchGroup resourceDataSync " +
    "serviceSetting",
};

const untaggableTypes = new Set(
  Object.entries(untaggable).flatMap(([module, names]) =>
    names.split(" ").map((name) => `aws:${module}/${name}`),
  ),
);

/** A bill that nobody can read, and leftovers that nobody dares to delete, begin with a resource without tags. */
export const awsTags: ResourceRule = {
  name: "aws-tags",
  description: "Every AWS resource says by its tags whose it is",
  level: "mandatory",
  settings: {
    required: { description: "Keys that each resource has to be tagged with", default: ["slipway.owner"] },
    untaggable: {
      description: "Further types without tags, as in aws:eks/podIdentityAssociation",
      default: [],
    },
  },
  check: (resource, { required = [], untaggable: further = [] }) => {
    const [type = ""] = /^aws:[^:]+/.exec(resource.type) ?? [];
    if (type === "" || untaggableTypes.has(type) || further.includes(type)) return [];
    return [
      ...missing("tags", tagKeys(resource.props.tags), required),
      ...(type === "aws:ec2/launchTemplate" ? launched(resource, required) : []),
    ];
  },
};

function missing(
  property: string,
  keys: readonly string[] | typeof unknown,
  required: readonly string[],
): string[] {
  if (keys === unknown) return [];
  const lacking = required.filter((key) => !keys.includes(key));
  return lacking.length === 0
    ? []
    : [`${property} has no ${lacking.join(", ")}; write ${property}: { ${lacking.map(example).join(", ")} }`];
}

function example(key: string): string {
  return `"${key}": "…"`;
}

/** Tags are a map; those of an auto-scaling group are a list. */
function tagKeys(tags: Value): readonly string[] | typeof unknown {
  if (tags === unknown) return unknown;
  if (isValues(tags)) return Object.keys(tags);
  return elements(tags).flatMap((tag) => text(at(tag, "key")) ?? []);
}

/** What a launch template makes bears the tags that it names for it, not its own. */
function launched({ props }: Resource, required: readonly string[]): string[] {
  const specifications = elements(props.tagSpecifications);
  return ["instance", "volume"].flatMap((kind) => {
    const tags = at(
      specifications.find((it) => at(it, "resourceType") === kind),
      "tags",
    );
    return missing(`tagSpecifications of ${kind}`, tagKeys(tags), required);
  });
}
