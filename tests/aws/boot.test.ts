import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

import type { Instance } from "@aws-sdk/client-ec2";

import { subnetPlan } from "../../components/machines/aws/network/subnet-plan";
import { imageName } from "../../toolchain/images";
import { run } from "../../toolchain/images/command";
import { machineFilesKey } from "../../toolchain/images/keys";
import { Ec2Host } from "../support/aws/ec2-host";
import { registryHost, startFront } from "../support/aws/front";
import { accountId, Moto } from "../support/aws/moto";
import { startRegistry } from "../support/aws/registry";
import { isServing, type Node, type Pod, type Request } from "../support/aws/objects";
import { freePort } from "../support/free-port";
import { eventually, type Result, TestEnvironment } from "../support/test-environment";

const minutes = (count: number): number => count * 60_000;
jest.setTimeout(minutes(4));

const region = "eu-central-1";
const vpcCidr = "10.20.0.0/16";
/** A VPC's router, which is the host here; and an address that the plan gives to nobody. */
const [gateway, frontAddress] = ["10.20.0.1", "10.20.255.250"];
const clusterName = "boot";
/**
 * A cluster on AWS from `pulumi up` to ready nodes: the real program, engine and provider, on moto; and what moto takes for
 * running instances boots in containers. What is emulated stands in docs/aws.md.
 */
const environment = new TestEnvironment({}, path.join(__dirname, "boot"));
const prefix = `slipway-${environment.name}`;
const folder = mkdtempSync(path.join(tmpdir(), "slipway-boot-"));
let moto: Moto;
let host: Ec2Host;
let settings = {};
const change = (changes: object): void => {
  environment.configure((settings = { ...settings, ...changes }));
};

const kubectl = (...args: string[]): Promise<string> => environment.kubectl(...args);
async function pulumi(...args: string[]): Promise<Result> {
  // What is in a cluster that does not answer any more goes with its machines.
  const variables = { ...moto.variables, PULUMI_K8S_DELETE_UNREACHABLE: "true" };
  return await environment.pulumiWith(variables, ...args, "--color", "never");
}

async function up(...args: string[]): Promise<string> {
  const { output, failed } = await pulumi("up", "--yes", "--skip-preview", ...args);
  if (failed) throw new Error(output);
  return output;
}

beforeAll(async () => {
  await run(["docker", "network", "create", "--subnet", vpcCidr, "--gateway", gateway, prefix]);
  moto = await Moto.start(gateway);
  const [tunnelPort, controlPlanes] = [await freePort(), 1];
  const plan = subnetPlan(vpcCidr);
  const registry = await startRegistry(prefix, [
    "aws-cloud-controller-manager",
    "kubelet-certificate-approver",
  ]);
  const authorityFile = await startFront({
    ...{ name: `${prefix}-front`, network: prefix, address: frontAddress, region, tunnelPort, folder },
    ...{ moto: `${gateway}:${moto.port}`, registry: { accountId, host: registry } },
    api: { host: `api.${clusterName}.slipway.internal`, port: 6443, targets: [plan.controlPlaneAddress(0)] },
  });
  host = await Ec2Host.start({
    ...{ moto, region, prefix, network: prefix, gateway, authorityFile, folder, s3Address: frontAddress },
  });
  change({
    ...{ region, vpcCidr, environment: clusterName, tunnelPort, controlPlanes, workers: 2 },
    ...{ awsEndpoint: moto.url, registry: registryHost(accountId, region) },
  });
  await environment.create();
  await up();
}, minutes(15));

afterAll(async () => {
  const steps = [
    () => pulumi("destroy", "--yes", "--skip-preview", "--remove"),
    () => host.stop(),
    () => moto.stop(),
    () => run(["docker", "rm", "--force", "--volumes", `${prefix}-front`, `${prefix}-registry`]),
    () => run(["docker", "network", "rm", prefix]),
    () => environment.destroy(),
  ];
  const failures: unknown[] = [];
  for (const step of steps) await step().catch((error: unknown) => failures.push(error));
  rmSync(folder, { recursive: true, force: true });
  if (failures.length > 0) throw new AggregateError(failures, failures.join("\n"));
}, minutes(8));

async function read<T>(...args: string[]): Promise<T[]> {
  return (JSON.parse(await kubectl("get", ...args, "-o", "json")) as { items: T[] }).items;
}

/** The instances by the name of their Node: a pool's are called as EC2 calls them. */
async function instancesByNode(): Promise<Map<string, Instance>> {
  const found = await host.instances();
  return new Map(
    found.map((instance) => {
      const machine = instance.Tags?.find(({ Key }) => Key === "slipway.machine")?.Value;
      return [machine ?? instance.InstanceId ?? "", instance];
    }),
  );
}

async function workers(): Promise<string[]> {
  return [...(await instancesByNode()).keys()].filter((name) => name.startsWith("i-"));
}

async function controlPlane(): Promise<string> {
  return (await instancesByNode()).get("control-plane-0")?.InstanceId ?? "";
}
const console = (instance: string): string => readFileSync(moto.consoleFile(instance), "utf8");

describe("a cluster on AWS", () => {
  it("has a node for each instance, which says which instance it is and where", async () => {
    const instances = await instancesByNode();
    const nodes = await read<Node>("nodes");
    expect(nodes.map(({ metadata }) => metadata.name).sort()).toEqual([...instances.keys()].sort());
    expect(nodes).toHaveLength(3);
    for (const { metadata, spec, status } of nodes) {
      const { InstanceId = "", Placement, PrivateIpAddress = "" } = instances.get(metadata.name) ?? {};
      const zone = Placement?.AvailabilityZone ?? "";
      expect(spec.providerID).toBe(`aws:///${zone}/${InstanceId}`);
      expect(metadata.labels["topology.kubernetes.io/zone"]).toBe(zone);
      expect(status.addresses).toContainEqual({ type: "InternalIP", address: PrivateIpAddress });
      expect((spec.taints ?? []).map(({ key }) => key)).toEqual(
        metadata.name === "control-plane-0" ? ["node-role.kubernetes.io/control-plane"] : [],
      );
    }
    const pool = nodes.filter(({ metadata }) => metadata.name.startsWith("i-"));
    expect(pool.map(({ metadata }) => [metadata.labels["slipway.pool"], metadata.labels.disk])).toEqual([
      ["worker", "fast"],
      ["worker", "fast"],
    ]);
  });

  it("was booted by cloud-init's own way on EC2, from user data that is gzip'd", async () => {
    for (const { InstanceId: id = "" } of await host.instances()) {
      const result = await host.inside(id, "cat", "/run/cloud-init/result.json");
      expect(JSON.parse(result)).toMatchObject({
        v1: { datasource: expect.stringMatching(/^DataSourceEc2/) as string, errors: [] },
      });
      const userData = await host.inside(id, "head", "--bytes=2", "/var/lib/cloud/instance/user-data.txt");
      expect(Buffer.from(userData, "latin1")[0]).toBe(0x1f);
      expect(console(id)).toContain("slipway: joined");
    }
  });

  it("lets kubelets serve with certificates that they asked for", async () => {
    const requests = await eventually(
      90,
      () => read<Request>("certificatesigningrequests"),
      (all) => all.filter(isServing).filter(({ status }) => status.certificate).length >= 3,
    );
    const holders = requests.filter(isServing).map(({ spec }) => spec.username);
    const nodes = await read<Node>("nodes");
    expect(new Set(holders)).toEqual(new Set(nodes.map(({ metadata }) => `system:node:${metadata.name}`)));
    // The API server knows kubelets by the cluster's authority.
    for (const { metadata } of nodes)
      expect(await kubectl("get", "--raw", `/api/v1/nodes/${metadata.name}/proxy/healthz`)).toBe("ok");
  });

  it("runs pods that the cluster's services need, and metrics of all nodes come by", async () => {
    const top = await eventually(
      90,
      () => kubectl("top", "nodes", "--no-headers").catch(() => ""),
      (lines) => lines.split("\n").filter((line) => /\d+m/.test(line)).length === 3,
    );
    expect(top).toContain("control-plane-0");
    const pods = await kubectl(
      ...["get", "pods", "--all-namespaces", "--no-headers"],
      ...["--output", "custom-columns=NAME:.metadata.name,PHASE:.status.phase"],
    );
    expect(pods.split("\n").filter((line) => !line.endsWith("Running"))).toEqual([]);
    expect(pods).toMatch(/coredns/);
  });

  it("changes nothing the second time", async () => {
    expect(await up()).toMatch(/^Resources:\n +\d+ unchanged\n$/m);
  });
});

describe("an instance", () => {
  it("that is a control plane has etcd's data on its own volume", async () => {
    const machine = await controlPlane();
    expect(host.volumes(machine)).toEqual([expect.stringMatching(/^vol-/)]);
    const mounted = await host.inside(
      ...[machine, "findmnt", "--noheadings", "--output", "SOURCE,FSTYPE,LABEL", "/var/lib/etcd"],
    );
    expect(mounted).toMatch(/^\/dev\/loop\d+ +ext4 +slipway-etcd$/);
    expect(await host.inside(machine, "ls", "/var/lib/etcd")).toBe("member");
    const [worker = ""] = await workers();
    expect(await host.inside(worker, "sh", "-c", "findmnt /var/lib/etcd || echo none")).toBe("none");
  });

  it("was a stock system, and was made a machine by what lies in the environment's bucket", async () => {
    const files = `step fetching the machine's files ${machineFilesKey("any host")}`;
    for (const { InstanceId: id = "" } of await host.instances()) {
      const steps = console(id).match(/slipway: step .*/g) ?? [];
      expect(steps[0]).toBe(`slipway: ${files}`);
      expect(
        steps
          .slice(1)
          .filter((step) => !step.includes(files))
          .slice(0, 3),
      ).toEqual([
        "slipway: step unpacking the machine's files",
        expect.stringMatching(/^slipway: step installing packages: .*runc/) as string,
        "slipway: step making a machine of this system",
      ]);
      expect(await host.inside(id, "cat", "/var/lib/slipway/machine-files-key")).toBe(
        machineFilesKey("any host"),
      );
    }
  });

  it("gets what machines are made of by its role's signature, and nothing else of the bucket", async () => {
    const script = `
import sys
sys.path.insert(0, "/usr/local/sbin")
import slipway_aws as aws
machine = aws.Machine(aws.read_settings())
with open("/etc/slipway/machine-archive.env") as file:
    pointer = aws.parsed(file.read())
def ask(path):
    url = machine.host("s3", pointer["BUCKET"] + ".") + "/" + path
    try:
        print(aws.opened("it", machine.signed("s3", "GET", url, {"range": "bytes=0-1"})).status)
    except aws.Unavailable as refused:
        print(refused)
ask(pointer["ARCHIVE"])
ask("")
machine.credentials["SecretAccessKey"] = "another"
ask(pointer["ARCHIVE"])
`;
    const [worker = ""] = await workers();
    const [found, listed, forged] = (await host.inside(worker, "python3", "-B", "-c", script)).split("\n");
    expect(found).toBe("206");
    expect(listed).toContain("HTTP 403 AccessDenied");
    expect(forged).toContain("HTTP 403 SignatureDoesNotMatch");
  });

  it("that is a worker may not read the control planes' secret", async () => {
    const [worker = ""] = await workers();
    const script = `
      mkdir -p /tmp/other && cd /tmp/other && echo "ROLE='initialize'" >bootstrap.env
      (cat /etc/slipway/secrets.env; echo "CONSOLE='/tmp/other/console'"; echo "ROOT='/tmp/other'") >secrets.env
      SLIPWAY_SETTINGS=/tmp/other timeout 10 /usr/local/sbin/slipway-fetch-identity
      cat console; ls
    `;
    const said = await host.inside(worker, "sh", "-c", script);
    expect(said).toContain(
      `slipway: log waiting for the secret slipway/${clusterName}/control-plane: HTTP 400 AccessDeniedException`,
    );
    expect(said.split("\n").slice(-3)).toEqual(["bootstrap.env", "console", "secrets.env"]);
    expect(await host.inside(worker, "sh", "-c", "ls -d /etc/slipway/pki || echo none")).toContain("none");
  });

  it("pulls images from the account's registry, which gives them for its role's credentials alone", async () => {
    const pods = ["--namespace", "kube-system", "--selector", "k8s-app=aws-cloud-controller-manager"];
    const [image] = await read<Pod>("pods", ...pods).then((all) =>
      all.map(({ spec }) => spec.containers[0].image),
    );
    expect(image).toBe(`${registryHost(accountId, region)}/${imageName("aws-cloud-controller-manager")}`);
    const pull = `ctr --namespace k8s.io images pull ${image ?? ""} 2>&1 || true`;
    expect(await host.inside(await controlPlane(), "sh", "-c", pull)).toContain("no basic auth credentials");
    expect(moto.requests()).toContainEqual(
      expect.objectContaining({ service: "ecr", action: "GetAuthorizationToken" }),
    );
  });

  it("keeps its role's credentials from pods", async () => {
    const [worker = ""] = await workers();
    const ask = "curl --silent --output /dev/null --write-out '%{http_code}' --max-time 3 --request PUT";
    const token = `${ask} --header 'X-aws-ec2-metadata-token-ttl-seconds: 60' http://169.254.169.254/latest/api/token`;
    expect(await host.inside(worker, "sh", "-c", token)).toBe("200");
    // Of whatever runs there in a network of its own.
    const inPod = `
      for process in $(pgrep pause); do
        [ "$(readlink /proc/$process/ns/net)" = "$(readlink /proc/1/ns/net)" ] || pod=$process
      done
      nsenter --target "$pod" --net ${token} || true
    `;
    expect(await host.inside(worker, "sh", "-c", inPod)).not.toBe("200");
  });

  it("whose secret cannot be read says so on its console, once", async () => {
    const iam = ["iam", "2010-05-08"] as const;
    const trust = { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" };
    const document = JSON.stringify({ Version: "2012-10-17", Statement: [trust] });
    await moto.call(iam, "CreateRole", { RoleName: "nobody", AssumeRolePolicyDocument: document });
    await moto.call(iam, "CreateInstanceProfile", { InstanceProfileName: "nobody" });
    await moto.call(iam, "AddRoleToInstanceProfile", { InstanceProfileName: "nobody", RoleName: "nobody" });
    const [worker] = await workers();
    const { SubnetId: subnet = "" } = (await instancesByNode()).get(worker ?? "") ?? {};
    const id = await host.launch({
      subnet,
      userData: await host.userData(worker ?? ""),
      profile: "nobody",
    });
    const said = await eventually(
      90,
      () => host.console(id),
      (text) => text.includes("slipway: log"),
    );
    const lines = said.split(/\r?\n/).filter((line) => /slipway: (step|log)/.test(line));
    expect(lines).toHaveLength(2);
    expect(lines[0]).toContain(`slipway: step fetching the machine's files ${machineFilesKey("any host")}`);
    expect(lines[1]).toMatch(
      /slipway: log waiting for the secret slipway\/boot\/worker: HTTP 400 AccessDeniedException User: \S+\/nobody\/\S+ is not authorized to perform: secretsmanager:GetSecretValue/,
    );
    await host.terminate(id);
    expect(await kubectl("get", "nodes", "--output", "name")).not.toContain(id);
  });

  it("of a pool that AWS is about to take away moves its pods elsewhere, and says that it may go", async () => {
    const [leaving = ""] = await workers();
    host.say(leaving, "meta-data/autoscaling/target-lifecycle-state", "Terminated");
    await eventually(
      120,
      () => Promise.resolve(console(leaving)),
      (text) => text.includes("slipway: step left the cluster"),
    );
    await eventually(
      30,
      () => Promise.resolve(moto.requests()),
      (all) => all.some(({ action }) => action === "CompleteLifecycleAction"),
    );
    expect(console(leaving)).not.toContain("could not be completed");
    const pods = await kubectl(
      ...["get", "pods", "--all-namespaces", "--field-selector", `spec.nodeName=${leaving}`],
      ...["--output", "custom-columns=:.metadata.ownerReferences[0].kind", "--no-headers"],
    );
    expect(new Set(pods.split("\n"))).toEqual(new Set(["DaemonSet"]));
  });
});

describe("a pool", () => {
  const disks = async (): Promise<unknown[]> =>
    (await read<Node>("nodes", "--selector", "slipway.pool=worker")).map(
      ({ metadata }) => metadata.labels.disk,
    );

  it("has other labels on its nodes when they change, and the machines of before", async () => {
    const before = await workers();
    change({ disk: "slow" });
    await up();
    expect(await workers()).toEqual(before);
    expect(await disks()).toEqual(["slow", "slow"]);
  });

  it(
    "has machines made anew when their image changes, each in service as a ready node before one of before leaves",
    async () => {
      const before = await workers();
      change({ poolImage: "ami-03cf127a" });
      const said = await up();
      expect(said).toMatch(/pool worker: its machines are replaced, 0 % are/);
      expect((await workers()).filter((name) => before.includes(name))).toEqual([]);
      expect(await disks()).toEqual(["slow", "slow"]);
      for (const left of before) expect(console(left)).toContain("slipway: step left the cluster");
    },
    minutes(12),
  );
});

describe("a control plane that is lost", () => {
  it(
    "comes back with its name, its address, its volume and all that the cluster knew",
    async () => {
      const namespace = ["--namespace", "default"];
      await kubectl("create", "configmap", "known", "--from-literal=key=value", ...namespace);
      const lost = await controlPlane();
      const before = (await instancesByNode()).get("control-plane-0");
      const volumes = host.volumes(lost);
      expect(volumes).toHaveLength(1);
      await host.terminate(lost);
      const targets = ["**Instance::boot-control-plane-0", "**VolumeAttachment::boot-control-plane-0-etcd"];
      await pulumi("refresh", "--yes", ...targets.flatMap((target) => ["--target", target]));
      await up();

      const found = (await instancesByNode()).get("control-plane-0");
      expect(found?.InstanceId).not.toBe(lost);
      expect(found?.PrivateIpAddress).toBe(before?.PrivateIpAddress);
      expect(host.volumes(found?.InstanceId ?? "")).toEqual(volumes);
      expect(console(found?.InstanceId ?? "")).not.toContain("making a file system");
      const value = ["get", "configmap", "known", ...namespace, "--output", "jsonpath={.data.key}"];
      expect(await kubectl(...value)).toBe("value");
      const nodes = await read<Node>("nodes");
      const own = nodes.find(({ metadata }) => metadata.name === "control-plane-0");
      expect(own?.spec.providerID).toMatch(new RegExp(`/${found?.InstanceId ?? "none"}$`));
      expect(own?.metadata.labels).toHaveProperty(["node-role.kubernetes.io/control-plane"]);
    },
    minutes(10),
  );
});
