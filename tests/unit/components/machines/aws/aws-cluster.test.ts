import { gunzipSync } from "node:zlib";

import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";

import { KubernetesCluster, type Pool } from "../../../../../components/cluster";
import { AwsMachines, type AwsMachinesArgs, Network } from "../../../../../components/machines/aws";
import { countByType, recordResources, type Registered, registeredBy } from "../../../../support/recorder";

interface Document {
  readonly hostname?: string;
  readonly write_files: readonly { readonly path: string; readonly content: string }[];
  readonly runcmd: readonly (string | string[])[];
}

const place = { partition: "aws", region: "eu-central-1", accountId: "123456789012" };
const belonging = { environment: "prod", owner: "platform-team" };
const keyArn = "arn:aws:kms:eu-central-1:123456789012:key/1";
const imageId = "ami-0123456789abcdef0";
const size = { cpus: 2, memoryMiB: 4096 };

const defaults: Omit<AwsMachinesArgs, "network"> = {
  ...belonging,
  ...place,
  keyArn,
  access: { kind: "internal" },
  controlPlaneCount: 3,
  controlPlane: { instanceType: "m7g.large", imageId },
  poolMachines: { worker: { instanceTypes: ["m7g.large"], imageId } },
  deletionProtection: true,
};

// A preview: an update would wait for machines that nobody makes.
beforeEach(() => {
  recordResources({ preview: true });
  // There is no account to be asked for machines.
  jest.spyOn(AwsMachines.prototype, "live").mockResolvedValue([]);
});

const registered = (
  changes: Partial<AwsMachinesArgs> = {},
  account?: () => pulumi.ProviderResource,
  pool: Partial<Pool> = {},
): Promise<Registered[]> =>
  registeredBy((options) => {
    const onAws = account ? { ...options, provider: account() } : options;
    const network = new Network(
      "prod",
      {
        ...belonging,
        region: place.region,
        zones: ["eu-central-1a", "eu-central-1b", "eu-central-1c"],
        cidr: "10.20.0.0/16",
        natPerZone: true,
        flowLogs: { retentionDays: 30, kmsKeyArn: keyArn },
      },
      onAws,
    );
    const args = { ...defaults, ...changes, network };
    const machines = new AwsMachines("prod", args, onAws);
    new KubernetesCluster(
      "prod",
      {
        machines,
        versions: { kubernetes: "1.36.3", etcd: "3.6.8" },
        controlPlane: { count: args.controlPlaneCount, ...size },
        pools: [{ name: "worker", count: 2, ...size, labels: { disk: "fast" }, ...pool }],
        networks: { pods: "10.244.0.0/16", services: "10.96.0.0/16" },
        dnsAddress: "10.96.0.10",
      },
      options,
    );
  });

const ofType = (resources: readonly Registered[], type: string): Registered[] =>
  resources.filter((resource) => resource.type === type);

/** The documents of the control planes, and last the pool's. */
function documents(resources: readonly Registered[]): Document[] {
  return [
    ...ofType(resources, "aws:ec2/instance:Instance").map(({ inputs }) => inputs.userDataBase64),
    ...ofType(resources, "aws:ec2/launchTemplate:LaunchTemplate").map(({ inputs }) => inputs.userData),
  ].map((userData) => parse(gunzipSync(Buffer.from(String(userData), "base64")).toString()) as Document);
}

const contentOf = (
  { write_files: files }: Document | undefined = { write_files: [], runcmd: [] },
  path: string,
) => files.find((file) => file.path === path)?.content;

const counts = {
  "slipway:machines:AwsControlPlaneInstance": 3,
  "slipway:machines:AwsWorkerPool": 1,
  "slipway:machines:AwsApiLoadBalancer": 1,
  "slipway:machines:AwsClusterClaim": 1,
  "slipway:machines:AwsIdentitySecret": 2,
  "slipway:machines:AwsJoinTokenSecret": 1,
  "slipway:machines:AwsInstanceRole": 2,
  "aws:ec2/instance:Instance": 3,
  "aws:ebs/volume:Volume": 3,
  "aws:ec2/volumeAttachment:VolumeAttachment": 3,
  "aws:autoscaling/group:Group": 1,
  "aws:autoscaling/lifecycleHook:LifecycleHook": 1,
  "aws:ec2/launchTemplate:LaunchTemplate": 1,
  "aws:lb/loadBalancer:LoadBalancer": 1,
  "aws:lb/targetGroup:TargetGroup": 1,
  "aws:lb/targetGroupAttachment:TargetGroupAttachment": 3,
  "aws:secretsmanager/secret:Secret": 4,
  "aws:secretsmanager/secretVersion:SecretVersion": 2,
  "aws:route53/zone:Zone": 1,
  "aws:route53/record:Record": 1,
  "pulumi-nodejs:dynamic/cluster:Membership": 3,
};

/** The revisions of an environment's machines, and its pool's document. */
async function revisionsOf(changes: Partial<AwsMachinesArgs> = {}, pool: Partial<Pool> = {}) {
  recordResources({ preview: true });
  const resources = await registered(changes, undefined, pool);
  const [template] = ofType(resources, "aws:ec2/launchTemplate:LaunchTemplate");
  const specifications = template?.inputs.tagSpecifications as {
    resourceType: string;
    tags: Record<string, string>;
  }[];
  const revisionIn = (tags: unknown) => (tags as Record<string, string>)["slipway.revision"];
  return {
    controlPlanes: ofType(resources, "aws:ec2/instance:Instance").map(({ inputs }) =>
      revisionIn(inputs.tags),
    ),
    pool: revisionIn(specifications.find(({ resourceType }) => resourceType === "instance")?.tags),
    template: template?.inputs.userData,
  };
}

describe("a cluster on AWS", () => {
  it("has an instance for each control plane, and a group for each pool", async () => {
    const made = countByType(await registered());
    expect(made).toMatchObject(counts);
  });

  it("has a second load balancer when its API is public, and lets nobody else in", async () => {
    const access = { kind: "public", allowedCidrs: ["203.0.113.0/24"] } as const;
    const resources = await registered({ access });
    expect(countByType(resources)).toMatchObject({
      ...counts,
      "slipway:machines:AwsApiLoadBalancer": 2,
      "aws:lb/loadBalancer:LoadBalancer": 2,
      "aws:lb/targetGroup:TargetGroup": 2,
      "aws:lb/targetGroupAttachment:TargetGroupAttachment": 6,
    });
    const rules = ofType(resources, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule");
    const networks = rules.flatMap(({ inputs }) => (inputs.fromPort === 6443 ? (inputs.cidrIpv4 ?? []) : []));
    expect(networks).toContain("203.0.113.0/24");
    expect(networks).not.toContain("0.0.0.0/0");
  });

  it("gives each control plane its zone, its address, and nothing that the internet reaches", async () => {
    const resources = await registered();
    const instances = ofType(resources, "aws:ec2/instance:Instance");
    expect(instances.map(({ inputs }) => inputs)).toEqual(
      [0, 1, 2].map(
        () =>
          expect.objectContaining({
            ami: imageId,
            instanceType: "m7g.large",
            associatePublicIpAddress: false,
            disableApiTermination: true,
            // Protected from everybody but who replaces it.
            forceDestroy: true,
            metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
            rootBlockDevice: expect.objectContaining({ encrypted: true, kmsKeyId: keyArn }) as object,
          }) as object,
      ),
    );
    const addresses = instances.map(({ inputs }) => String(inputs.privateIp));
    expect(new Set(addresses).size).toBe(3);
    const volumes = ofType(resources, "aws:ebs/volume:Volume");
    expect(volumes.map(({ inputs }) => inputs.availabilityZone)).toEqual([
      "eu-central-1a",
      "eu-central-1b",
      "eu-central-1c",
    ]);
    for (const { inputs } of volumes)
      expect(inputs).toMatchObject({ encrypted: true, type: "gp3", kmsKeyId: keyArn });
  });

  it("tells a control plane which volume is its etcd's, and a worker none", async () => {
    const found = documents(await registered());
    const told = found.map((document) => contentOf(document, "/etc/slipway/etcd-volume.env"));
    expect(told.slice(0, 3)).toEqual(
      [0, 1, 2].map(
        (index) => expect.stringMatching(`^VOLUME='.*control-plane-${index}-etcd.*'\n$`) as string,
      ),
    );
    expect(told[3]).toBe("VOLUME='@etcd-volume@'\n");
  });

  it("marks instances as the cluster's own, without which a load balancer of a Service has no targets", async () => {
    const resources = await registered();
    const owned = { "kubernetes.io/cluster/prod": "owned" };
    for (const { inputs } of ofType(resources, "aws:ec2/instance:Instance"))
      expect(inputs).toMatchObject({
        tags: owned,
        rootBlockDevice: { tags: expect.not.objectContaining(owned) as object },
      });
    const [template] = ofType(resources, "aws:ec2/launchTemplate:LaunchTemplate");
    const marked = (template?.inputs.tagSpecifications as { resourceType: string; tags: object }[])
      .filter(({ tags }) => "kubernetes.io/cluster/prod" in tags)
      .map(({ resourceType }) => resourceType);
    expect(marked).toEqual(["instance"]);
  });

  it("keeps its identity out of user data, which a preview knows", async () => {
    const found = documents(await registered());
    expect(found).toHaveLength(4);
    for (const document of found) {
      expect(JSON.stringify(document)).not.toMatch(/PRIVATE KEY|BEGIN CERTIFICATE|users:/);
      expect(document.runcmd.map((command) => (typeof command === "string" ? command : command[0]))).toEqual([
        "set -e",
        "/usr/local/sbin/slipway-name-instance",
        "/usr/local/sbin/slipway-mount-etcd-volume",
        "/usr/local/sbin/slipway-fetch-identity",
        "systemctl",
        "systemctl",
      ]);
    }
  });

  it("makes machines of stock systems before anything else, of what their roles' secrets name", async () => {
    const machineFiles = { key: "0a5186d48e00-amd64", archive: __filename, sha256: "ab".repeat(32) };
    const resources = await registered({ machineFiles });
    expect(countByType(resources)).toMatchObject({ ...counts, "aws:s3/bucketObjectv2:BucketObjectv2": 1 });
    for (const document of documents(resources)) {
      expect(document.runcmd.slice(0, 2)).toEqual([
        "set -e",
        ["/usr/local/sbin/slipway-fetch-machine-files"],
      ]);
      expect(contentOf(document, "/etc/slipway/machine-files.env")).toBe("KEY='0a5186d48e00-amd64'\n");
    }
  });

  it("names control planes, and leaves a pool's machines to name themselves", async () => {
    const found = documents(await registered());
    expect(found.map(({ hostname }) => hostname)).toEqual([
      "control-plane-0",
      "control-plane-1",
      "control-plane-2",
      undefined,
    ]);
    const join = parse(contentOf(found[3], "/etc/slipway/join.yaml") ?? "") as {
      readonly nodeRegistration: object;
    };
    expect(join.nodeRegistration).not.toHaveProperty("name");
    expect(join.nodeRegistration).toMatchObject({
      kubeletExtraArgs: [
        { name: "node-labels", value: "disk=fast,slipway.pool=worker" },
        { name: "cloud-provider", value: "external" },
        {
          name: "image-credential-provider-bin-dir",
          value: "/usr/local/lib/slipway/credential-providers",
        },
        { name: "image-credential-provider-config", value: "/etc/slipway/credential-providers.yaml" },
      ],
    });
  });

  it("begins with one control plane only", async () => {
    const roles = documents(await registered()).map(
      (document) => /ROLE='(.*)'/.exec(contentOf(document, "/etc/slipway/bootstrap.env") ?? "")?.[1],
    );
    expect(roles).toEqual(["initialize", "join-control-plane", "join-control-plane", "join-worker"]);
  });

  it("mixes spot instances of several types with those on demand", async () => {
    const poolMachines = {
      worker: {
        instanceTypes: ["m7g.large", "m6g.large"],
        imageId,
        min: 1,
        max: 9,
        spot: { onDemandBase: 1, onDemandPercent: 20 },
      },
    } as const;
    const [group] = ofType(await registered({ poolMachines }), "aws:autoscaling/group:Group");
    expect(group?.inputs).toMatchObject({
      name: "slipway-prod-worker",
      minSize: 1,
      maxSize: 9,
      desiredCapacity: 2,
      capacityRebalance: true,
      mixedInstancesPolicy: {
        launchTemplate: { overrides: [{ instanceType: "m7g.large" }, { instanceType: "m6g.large" }] },
        instancesDistribution: { onDemandBaseCapacity: 1, onDemandPercentageAboveBaseCapacity: 20 },
      },
    });
  });

  it("makes all of it with the provider of its machines, of which the cluster knows nothing", async () => {
    const made = await registered({}, () => new aws.Provider("frankfurt", { region: place.region }));
    const onAws = made.filter(({ type }) => type.startsWith("aws:"));
    expect(onAws.length).toBeGreaterThan(80);
    expect(onAws.filter(({ provider }) => !provider.includes("::frankfurt::"))).toEqual([]);
  });

  it("has machines of another revision when they are made of something else", async () => {
    const was = await revisionsOf();
    expect(new Set([...was.controlPlanes, was.pool]).size).toBe(4);
    expect(was.controlPlanes[0]).toMatch(/^[0-9a-f]{16}$/);
    const larger = await revisionsOf({ controlPlane: { instanceType: "m7g.xlarge", imageId } });
    expect(larger.controlPlanes.filter((each) => was.controlPlanes.includes(each))).toEqual([]);
    expect(larger.pool).toBe(was.pool);
    const files = { key: "0a5186d48e00-amd64", archive: __filename, sha256: "ab".repeat(32) };
    const remade = await revisionsOf({ machineFiles: files });
    expect(remade.controlPlanes.filter((each) => was.controlPlanes.includes(each))).toEqual([]);
    expect(remade.pool).not.toBe(was.pool);
  });

  it("has a pool's machines of the same revision when only its labels and taints are others", async () => {
    const was = await revisionsOf();
    const taints = [{ key: "dedicated", effect: "NoSchedule" }] as const;
    const labelled = await revisionsOf({}, { labels: { disk: "slow" }, taints });
    expect(labelled.template).not.toBe(was.template);
    expect(labelled.pool).toBe(was.pool);
  });

  it("takes a pool's machines into service when they say so, and away when they never do", async () => {
    const resources = await registered();
    const enter = {
      name: "enter-cluster",
      lifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING",
      heartbeatTimeout: 1800,
      defaultResult: "ABANDON",
    };
    const [group] = ofType(resources, "aws:autoscaling/group:Group");
    expect(group?.inputs.initialLifecycleHooks).toEqual([
      enter,
      expect.objectContaining({ name: "leave-cluster", defaultResult: "CONTINUE" }),
    ]);
    expect(group?.inputs).not.toHaveProperty("instanceRefresh");
    const [hook] = ofType(resources, "aws:autoscaling/lifecycleHook:LifecycleHook");
    expect(hook?.inputs).toEqual({ ...enter, autoscalingGroupName: "slipway-prod-worker" });
  });

  it("asks for what makes a pool's machines when nobody said it", async () => {
    await expect(registered({ poolMachines: {} })).rejects.toThrow(
      'poolMachines has nothing on pool "worker"; add its instanceTypes and imageId',
    );
  });
});
