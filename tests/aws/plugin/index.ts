import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();
const instanceType = config.require("instanceType");
const desired = config.requireNumber("desired");

const provider = new aws.Provider("aws", {
  region: "eu-central-1",
  // What moto fails at it fails at again: the provider's 25 tries would take longer than a test.
  maxRetries: 2,
  defaultTags: { tags: { environment: "test" } },
});
const options = { provider };

const zones = aws.getAvailabilityZonesOutput({ state: "available" }, options);
const account = aws.getCallerIdentityOutput({}, options).accountId;
const { partition } = aws.getPartitionOutput({}, options);

const vpc = new aws.ec2.Vpc("vpc", { cidrBlock: "10.0.0.0/16", enableDnsHostnames: true }, options);
const gateway = new aws.ec2.InternetGateway("gateway", { vpcId: vpc.id }, options);
const routes = new aws.ec2.RouteTable("routes", { vpcId: vpc.id }, options);
new aws.ec2.Route(
  "internet",
  { routeTableId: routes.id, destinationCidrBlock: "0.0.0.0/0", gatewayId: gateway.id },
  options,
);
const subnets = [0, 1, 2].map((index) => {
  const availabilityZone = zones.names.apply((names) => names[index] ?? "none");
  const subnet = new aws.ec2.Subnet(
    `subnet-${index}`,
    { vpcId: vpc.id, cidrBlock: `10.0.${index}.0/24`, availabilityZone },
    options,
  );
  new aws.ec2.RouteTableAssociation(
    `route-${index}`,
    { routeTableId: routes.id, subnetId: subnet.id },
    options,
  );
  return subnet;
});
const address = new aws.ec2.Eip("address", { domain: "vpc" }, options);
const subnetIds = subnets.map(({ id }) => id);
const [subnetId] = subnetIds;
if (!subnetId) throw new Error("There are three subnets");
new aws.ec2.NatGateway("nat", { allocationId: address.id, subnetId }, options);
const group = new aws.ec2.SecurityGroup(
  "machines",
  {
    vpcId: vpc.id,
    description: "Of the test's machines",
    ingress: [{ protocol: "tcp", fromPort: 6443, toPort: 6443, cidrBlocks: ["10.0.0.0/16"] }],
    egress: [{ protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] }],
  },
  options,
);
new aws.ec2.VpcEndpoint(
  "s3",
  { vpcId: vpc.id, serviceName: "com.amazonaws.eu-central-1.s3", routeTableIds: [routes.id] },
  options,
);

const key = new aws.kms.Key("key", { deletionWindowInDays: 7, enableKeyRotation: true }, options);
new aws.kms.Alias("key", { name: "alias/slipway-test", targetKeyId: key.id }, options);
const secret = new aws.secretsmanager.Secret(
  "identity",
  { kmsKeyId: key.arn, recoveryWindowInDays: 0 },
  options,
);
new aws.secretsmanager.SecretVersion(
  "identity",
  { secretId: secret.id, secretString: pulumi.secret("of the test") },
  options,
);

const role = new aws.iam.Role(
  "machines",
  {
    assumeRolePolicy: JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "ec2.amazonaws.com" } }],
    }),
  },
  options,
);
const read = { Effect: "Allow", Action: ["secretsmanager:GetSecretValue"], Resource: secret.arn };
new aws.iam.RolePolicy(
  "machines",
  { role: role.id, policy: pulumi.jsonStringify({ Version: "2012-10-17", Statement: [read] }) },
  options,
);
const profile = new aws.iam.InstanceProfile("machines", { role: role.name }, options);

const ami = aws.ec2.getAmiOutput(
  { mostRecent: true, owners: ["amazon"], filters: [{ name: "architecture", values: ["x86_64"] }] },
  options,
);
const metadataOptions = { httpTokens: "required", httpPutResponseHopLimit: 1 };
const instance = new aws.ec2.Instance(
  "control-plane",
  {
    ami: ami.id,
    instanceType,
    subnetId,
    vpcSecurityGroupIds: [group.id],
    iamInstanceProfile: profile.name,
    metadataOptions,
    rootBlockDevice: { encrypted: true, volumeType: "gp3", volumeSize: 20 },
    userDataBase64: Buffer.from("#cloud-config\n").toString("base64"),
  },
  options,
);
const volume = new aws.ebs.Volume(
  "etcd",
  { availabilityZone: instance.availabilityZone, size: 10, type: "gp3", encrypted: true },
  options,
);
new aws.ec2.VolumeAttachment(
  "etcd",
  { instanceId: instance.id, volumeId: volume.id, deviceName: "/dev/sdf" },
  options,
);

const template = new aws.ec2.LaunchTemplate(
  "pool",
  {
    imageId: ami.id,
    instanceType,
    metadataOptions,
    vpcSecurityGroupIds: [group.id],
    tagSpecifications: [{ resourceType: "instance", tags: { pool: "default" } }],
  },
  options,
);
const pool = new aws.autoscaling.Group(
  "pool",
  {
    vpcZoneIdentifiers: subnetIds,
    minSize: 0,
    maxSize: 5,
    desiredCapacity: desired,
    waitForCapacityTimeout: "0",
    mixedInstancesPolicy: {
      instancesDistribution: {
        onDemandPercentageAboveBaseCapacity: 50,
        spotAllocationStrategy: "price-capacity-optimized",
      },
      launchTemplate: {
        launchTemplateSpecification: {
          launchTemplateId: template.id,
          version: template.latestVersion.apply(String),
        },
        overrides: [{ instanceType: "m6i.large" }, { instanceType: "m5.large" }],
      },
    },
    tags: [{ key: "pool", value: "default", propagateAtLaunch: true }],
  },
  options,
);

const balancer = new aws.lb.LoadBalancer(
  "endpoint",
  { internal: true, loadBalancerType: "network", subnets: subnetIds, enableCrossZoneLoadBalancing: true },
  options,
);
const targets = new aws.lb.TargetGroup(
  "endpoint",
  {
    vpcId: vpc.id,
    port: 6443,
    protocol: "TCP",
    preserveClientIp: "false",
    healthCheck: { protocol: "HTTPS", path: "/readyz", port: "6443" },
  },
  options,
);
new aws.lb.Listener(
  "endpoint",
  {
    loadBalancerArn: balancer.arn,
    port: 6443,
    protocol: "TCP",
    defaultActions: [{ type: "forward", targetGroupArn: targets.arn }],
  },
  options,
);
new aws.lb.TargetGroupAttachment("endpoint", { targetGroupArn: targets.arn, targetId: instance.id }, options);

const bucket = new aws.s3.Bucket("backups", { objectLockEnabled: true, forceDestroy: true }, options);
const versioning = new aws.s3.BucketVersioning(
  "backups",
  { bucket: bucket.id, versioningConfiguration: { status: "Enabled" } },
  options,
);
new aws.s3.BucketServerSideEncryptionConfiguration(
  "backups",
  {
    bucket: bucket.id,
    rules: [
      {
        applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: key.arn },
        bucketKeyEnabled: true,
      },
    ],
  },
  options,
);
new aws.s3.BucketPublicAccessBlock(
  "backups",
  {
    bucket: bucket.id,
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  },
  options,
);
new aws.s3.BucketLifecycleConfiguration(
  "backups",
  {
    bucket: bucket.id,
    rules: [{ id: "old", status: "Enabled", filter: { prefix: "" }, expiration: { days: 30 } }],
  },
  { ...options, dependsOn: versioning },
);
const repository = new aws.ecr.Repository(
  "shop",
  {
    imageTagMutability: "IMMUTABLE",
    imageScanningConfiguration: { scanOnPush: true },
    forceDelete: true,
    encryptionConfigurations: [{ encryptionType: "AES256" }],
  },
  options,
);
new aws.cloudwatch.LogGroup("flows", { retentionInDays: 14 }, options);
new aws.cloudwatch.MetricAlarm(
  "endpoint",
  {
    comparisonOperator: "LessThanThreshold",
    evaluationPeriods: 2,
    threshold: 1,
    namespace: "AWS/NetworkELB",
    metricName: "HealthyHostCount",
    period: 60,
    statistic: "Minimum",
    dimensions: { LoadBalancer: balancer.arnSuffix, TargetGroup: targets.arnSuffix },
  },
  options,
);

export const who = pulumi.interpolate`${partition} ${account}`;
export const poolSize = pool.desiredCapacity;
export const machine = instance.id;
export const repositoryUrl = repository.repositoryUrl;
