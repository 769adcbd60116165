import { execFile } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { writeFileSync } from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";

import { partDirectory } from "../../toolchain/cache";
import { parts } from "../../toolchain/parts";
import { allPowerful, MetadataService } from "../support/aws/metadata-service";
import { Moto } from "../support/aws/moto";
import { type ServingRequest, servingRequest } from "../support/serving-request";
import { eventually, TestEnvironment } from "../support/test-environment";

const run = promisify(execFile);
const minutes = (count: number): number => count * 60_000;
jest.setTimeout(minutes(4));

/**
 * What a cluster on AWS runs of AWS, in a local cluster: moto is the host's, beside an emulated metadata service, and a Node
 * without a machine stands for a worker whose kubelet has just joined.
 */
const environment = new TestEnvironment({ pools: [{ name: "worker", count: 1 }], shop: "monolith" });
const team = new TestEnvironment({}, path.join(__dirname, "cloud"), environment);
const region = "eu-central-1";
const kmsKeyArn = `arn:aws:kms:${region}:123456789012:key/11111111-2222-3333-4444-555555555555`;

let moto: Moto;
let metadata: MetadataService;
/** The instance behind {@link awsNode}. */
let instance = "";

const kubectl = (...args: string[]): Promise<string> => environment.kubectl(...args);

async function read<T>(...args: string[]): Promise<T> {
  return JSON.parse(await kubectl("get", ...args, "-o", "json")) as T;
}

const ec2 = (action: string, parameters: Readonly<Record<string, string>>): Promise<string> =>
  moto.call(["ec2", "2016-11-15"], action, parameters, region);

async function startInstance(zone: string): Promise<string> {
  const filters = { "Filter.1.Name": "availability-zone", "Filter.1.Value.1": zone };
  const subnet = /<subnetId>(.*?)<\/subnetId>/.exec(await ec2("DescribeSubnets", filters))?.[1] ?? "";
  const answer = await ec2("RunInstances", {
    SubnetId: subnet,
    ...{ ImageId: "ami-12345678", MinCount: "1", MaxCount: "1", InstanceType: "m5.large" },
  });
  return /<instanceId>(.*?)<\/instanceId>/.exec(answer)?.[1] ?? "";
}

interface Node {
  metadata: { labels: Record<string, string> };
  spec: { providerID?: string; taints?: { key: string }[] };
  status: { addresses?: { type: string; address: string }[] };
}

const awsNode = "aws-worker";
const uninitialized = "node.cloudprovider.kubernetes.io/uninitialized";

/** A Node as a kubelet with `--cloud-provider=external` registers it. */
function registeredNode(): object {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: awsNode, labels: { "kubernetes.io/os": "linux" } },
    spec: {
      providerID: `aws:///${region}b/${instance}`,
      taints: [{ key: uninitialized, value: "true", effect: "NoSchedule" }],
    },
  };
}

async function addressesOf(node: string): Promise<Record<string, string>> {
  const { status } = await read<Node>("node", node);
  return Object.fromEntries((status.addresses ?? []).map(({ type, address }) => [type, address]));
}

interface Request {
  status: { certificate?: string; conditions?: { type: string; reason: string; message: string }[] };
}

/** Makes a request as the node that it is for. */
async function ask(request: ServingRequest): Promise<void> {
  const file = path.join(environment.directory, `${request.name}.json`);
  writeFileSync(file, JSON.stringify(await servingRequest(request)));
  const groups = ["system:nodes", "system:authenticated"].map((group) => `--as-group=${group}`);
  await kubectl("create", "-f", file, `--as=system:node:${request.node}`, ...groups);
}

async function statusOf(name: string): Promise<Request["status"]> {
  return (await read<Request>("certificatesigningrequest", name)).status;
}

function decided(name: string): Promise<Request["status"]> {
  return eventually(
    60,
    () => statusOf(name),
    ({ conditions = [], certificate }) =>
      conditions.some(({ type }) => type === "Denied") || certificate !== undefined,
  );
}

/** Whether the approver's account may do something in the whole cluster. */
async function mayApprover(resourceAttributes: object): Promise<boolean> {
  const file = path.join(environment.directory, "review.json");
  const user = "system:serviceaccount:kube-system:kubelet-certificate-approver";
  const review = { apiVersion: "authorization.k8s.io/v1", kind: "SubjectAccessReview" };
  writeFileSync(file, JSON.stringify({ ...review, spec: { user, resourceAttributes } }));
  return (await kubectl("create", "-f", file, "-o", "jsonpath={.status.allowed}")) === "true";
}

beforeAll(async () => {
  await environment.create();
  await environment.up();
  const network = (field: string): Promise<string> =>
    environment.docker(
      ["inspect", "--format", `{{range .NetworkSettings.Networks}}${field}{{end}}`],
      "worker-0",
    );
  const host = await network("{{.Gateway}}");
  moto = await Moto.start(host);
  instance = await startInstance(`${region}b`);
  metadata = await MetadataService.start(host, {
    region,
    instanceId: await startInstance(`${region}a`),
    role: { name: "control-plane", credentials: allPowerful },
  });

  const controlPlane = (await addressesOf("control-plane-0")).InternalIP ?? "";
  team.configure({
    environment: `organization/slipway/${environment.name}`,
    region,
    kmsKeyArn,
    apiEndpoint: { host: controlPlane, port: 6443 },
    machineCidrs: [await network("{{.IPAddress}}/{{.IPPrefixLen}}"), "172.31.0.0/16"],
    machineNames: `(control-plane|worker)-[0-9]+|ip-[0-9-]+\\.${region}\\.compute\\.internal`,
    variables: { AWS_ENDPOINT_URL: moto.url, AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata.url },
  });
  // The local platform's have the same names.
  await kubectl("delete", "storageclass", "recycle", "keep");
  await team.create();
  await team.up();
}, minutes(20));

afterAll(async () => {
  try {
    await team.destroy();
  } finally {
    await metadata.stop();
    await moto.stop();
    await environment.destroy();
  }
}, minutes(6));

describe("the approver of kubelets' serving certificates", () => {
  it("judges as its own tests say", async () => {
    const suite = path.join(
      partDirectory(parts["kubelet-certificate-approver"]),
      "kubelet-certificate-approver.test",
    );
    const { stdout } = await run(suite, ["-test.v"]);
    expect(stdout).toMatch(/^PASS$/m);
    expect(stdout.match(/^ +--- PASS/gm)?.length).toBeGreaterThan(25);
  });

  it("gets a node the certificate for its own addresses", async () => {
    const { InternalIP = "", Hostname = "" } = await addressesOf("worker-0");
    await ask({ name: "own", node: "worker-0", dnsNames: [Hostname], addresses: [InternalIP] });
    const { conditions, certificate = "" } = await decided("own");
    expect(conditions).toMatchObject([{ type: "Approved", reason: "OwnAddresses" }]);
    const { subject, subjectAltName, keyUsage } = new X509Certificate(Buffer.from(certificate, "base64"));
    expect(subject).toBe("O=system:nodes\nCN=system:node:worker-0");
    expect(subjectAltName).toBe(`DNS:${Hostname}, IP Address:${InternalIP}`);
    expect(keyUsage).toEqual(["1.3.6.1.5.5.7.3.1"]);
  });

  it("denies a node the certificate for another node's address", async () => {
    const { InternalIP = "" } = await addressesOf("control-plane-0");
    await ask({ name: "foreign", node: "worker-0", addresses: [InternalIP] });
    const { conditions, certificate } = await decided("foreign");
    expect(certificate).toBeUndefined();
    expect(conditions).toMatchObject([
      {
        type: "Denied",
        reason: "AddressOfAnotherNode",
        message: `${InternalIP} is an address of the node control-plane-0`,
      },
    ]);
  });

  it("denies a node what the API server is called", async () => {
    await ask({ name: "api", node: "worker-0", dnsNames: ["kubernetes.default.svc"] });
    expect((await decided("api")).conditions).toMatchObject([
      { type: "Denied", reason: "AddressNotAllowed" },
    ]);
  });

  it("leaves what is another signer's", async () => {
    const { InternalIP = "" } = await addressesOf("worker-0");
    const signerName = "example.com/another";
    await ask({ name: "another", node: "worker-0", addresses: [InternalIP], signerName });
    // One that comes later is decided.
    await ask({ name: "later", node: "worker-0", addresses: [InternalIP] });
    await decided("later");
    expect(await statusOf("another")).toEqual({});
  });

  it("may approve for no other signer, and read nothing but Nodes and requests", async () => {
    const approves = (name: string): object => ({
      ...{ group: "certificates.k8s.io", resource: "signers", name },
      verb: "approve",
    });
    expect(await mayApprover(approves("kubernetes.io/kubelet-serving"))).toBe(true);
    expect(await mayApprover(approves("kubernetes.io/kube-apiserver-client"))).toBe(false);
    expect(await mayApprover({ resource: "secrets", verb: "list" })).toBe(false);
    expect(await mayApprover({ resource: "nodes", verb: "list" })).toBe(true);
  });
});

describe("the cloud controller manager", () => {
  let dnsName = "";
  let address = "";

  beforeAll(async () => {
    const answer = await ec2("DescribeInstances", { "InstanceId.1": instance });
    address = /<privateIpAddress>(.*?)</.exec(answer)?.[1] ?? "";
    dnsName = `ip-${address.replaceAll(".", "-")}.${region}.compute.internal`;
    await environment.apply(registeredNode());
    await ask({ name: "early", node: awsNode, dnsNames: [dnsName], addresses: [address] });
  });

  it("makes a node that has just joined known by its instance", async () => {
    const {
      metadata: { labels },
      spec,
      status,
    } = await eventually(
      60,
      () => read<Node>("node", awsNode),
      (node) => !(node.spec.taints ?? []).some(({ key }) => key === uninitialized),
    );
    expect(spec.providerID).toBe(`aws:///${region}b/${instance}`);
    expect(labels).toMatchObject({
      "topology.kubernetes.io/region": region,
      "topology.kubernetes.io/zone": `${region}b`,
      "node.kubernetes.io/instance-type": "m5.large",
    });
    expect(status.addresses).toEqual(
      expect.arrayContaining([
        { type: "InternalIP", address },
        { type: "InternalDNS", address: dnsName },
      ]),
    );
  });

  it("so lets the node have its certificate, which it had asked for before", async () => {
    const { conditions, certificate = "" } = await decided("early");
    expect(conditions).toMatchObject([{ type: "Approved" }]);
    const { subjectAltName } = new X509Certificate(Buffer.from(certificate, "base64"));
    expect(subjectAltName).toBe(`DNS:${dnsName}, IP Address:${address}`);
  });

  it("is refused nothing that it asks the cluster for", async () => {
    const namespace = ["--namespace", "kube-system"];
    const lease = await read<{ spec: { holderIdentity: string } }>(
      ...["lease", "cloud-controller-manager", ...namespace],
    );
    expect(lease.spec.holderIdentity).toMatch(/^control-plane-0_/);
    const logs = await kubectl("logs", ...namespace, "daemonset/aws-cloud-controller-manager");
    expect(logs).toContain(awsNode);
    expect(logs).not.toMatch(/forbidden/i);
  });

  it("deletes the node of an instance that is gone, and no other", async () => {
    await ec2("TerminateInstances", { "InstanceId.1": instance });
    const nodes = await eventually(
      120,
      () => kubectl("get", "nodes", "-o", "name"),
      (names) => !names.includes(awsNode),
    );
    expect(nodes.split("\n").sort()).toEqual(["node/control-plane-0", "node/worker-0"]);
  });
});

describe("the EBS CSI driver's objects", () => {
  interface Workload {
    spec: { template: { spec: { hostNetwork: boolean; containers: { name: string }[] } } };
  }
  const namespace = ["--namespace", "aws-ebs-csi-driver"];

  it("are taken by the API server as they were meant", async () => {
    expect(await read("csidriver", "ebs.csi.aws.com")).toMatchObject({
      spec: { attachRequired: true, podInfoOnMount: false, fsGroupPolicy: "File" },
    });
    const controller = await read<Workload>("deployment", "ebs-csi-controller", ...namespace);
    const node = await read<Workload>("daemonset", "ebs-csi-node", ...namespace);
    const names = ({ spec }: Workload): string[] => spec.template.spec.containers.map(({ name }) => name);
    expect(names(controller)).toEqual([
      ...["ebs-plugin", "csi-provisioner", "csi-attacher", "csi-resizer", "liveness-probe"],
    ]);
    expect(names(node)).toEqual(["ebs-plugin", "node-driver-registrar", "liveness-probe"]);
    expect([controller, node].map(({ spec }) => spec.template.spec.hostNetwork)).toEqual([true, true]);
  });

  it.each([
    ["recycle", "Delete", "true"],
    ["keep", "Retain", "false"],
  ])("are a class %s with reclaim policy %s, the default: %s", async (name, reclaimPolicy, isDefault) => {
    expect(await read("storageclass", name)).toMatchObject({
      metadata: { annotations: { "storageclass.kubernetes.io/is-default-class": isDefault } },
      provisioner: "ebs.csi.aws.com",
      parameters: { type: "gp3", encrypted: "true", kmsKeyId: kmsKeyArn },
      reclaimPolicy,
      allowVolumeExpansion: true,
      volumeBindingMode: "WaitForFirstConsumer",
    });
  });

  it("become pods on every machine, and on a control plane the controller beside one of them", async () => {
    const placed = await eventually(
      60,
      () =>
        kubectl(
          "get",
          "pods",
          ...namespace,
          "-o",
          'jsonpath={range .items[*]}{.metadata.labels.app}{" "}{.spec.nodeName}{"\\n"}{end}',
        ),
      (lines) => lines.split("\n").length === 3 && lines.split("\n").every((line) => /\S \S/.test(line)),
    );
    expect(placed.split("\n").sort()).toEqual([
      "ebs-csi-controller control-plane-0",
      "ebs-csi-node control-plane-0",
      "ebs-csi-node worker-0",
    ]);
  });
});
