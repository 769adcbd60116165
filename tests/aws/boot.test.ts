import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import * as path from "node:path";

import { subnetPlan } from "../../components/machines/aws/network/subnet-plan";
import { imageName } from "../../toolchain/images";
import { run } from "../../toolchain/images/command";
import { Ec2Host } from "../support/aws/ec2-host";
import { startFront } from "../support/aws/front";
import { Moto } from "../support/aws/moto";
import { type Result, TestEnvironment } from "../support/test-environment";

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

const kubectl = (...args: string[]): Promise<string> => environment.kubectl(...args);

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function pulumi(...args: string[]): Promise<Result> {
  return await environment.pulumiWith(moto.variables, ...args, "--color", "never");
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
  const authorityFile = await startFront({
    ...{ name: `${prefix}-front`, network: prefix, address: frontAddress, region, tunnelPort, folder },
    moto: `${gateway}:${moto.port}`,
    api: { host: `api.${clusterName}.slipway.internal`, port: 6443, targets: [plan.controlPlaneAddress(0)] },
  });
  host = await Ec2Host.start({
    ...{ moto, region, prefix, network: prefix, gateway, authorityFile, folder },
    podImages: [imageName("aws-cloud-controller-manager"), imageName("kubelet-certificate-approver")],
  });
  environment.configure({
    ...{ region, vpcCidr, environment: clusterName, tunnelPort, controlPlanes, workers: 2 },
    awsEndpoint: moto.url,
  });
  await environment.create();
  await up();
}, minutes(15));

afterAll(async () => {
  const steps = [
    () => pulumi("destroy", "--yes", "--skip-preview", "--remove"),
    () => host.stop(),
    () => moto.stop(),
    () => run(["docker", "rm", "--force", "--volumes", `${prefix}-front`]),
    () => run(["docker", "network", "rm", prefix]),
    () => environment.destroy(),
  ];
  const failures: unknown[] = [];
  for (const step of steps) await step().catch((error: unknown) => failures.push(error));
  rmSync(folder, { recursive: true, force: true });
  if (failures.length > 0) throw new AggregateError(failures, failures.join("\n"));
}, minutes(8));

describe("a cluster on AWS", () => {
  it("comes ready", async () => {
    expect(await kubectl("get", "nodes", "-o", "wide")).toContain("Ready");
  });
});
