// Nightly (`make test-clusters`): 10 minutes.
import { eventually, type Result, TestEnvironment } from "../support/test-environment";
import { changesNothing, isWell } from "../support/whole-environment";

const minutes = (count: number): number => count * 60_000;

const machines = ["control-plane-0", "worker-0", "worker-1"];
const environment = new TestEnvironment({ pools: [{ name: "worker", count: 2 }] });

beforeAll(async () => {
  await environment.succeedMake("up");
  await isWell(environment, machines);
}, minutes(20));

afterAll(async () => {
  await environment.destroy();
}, minutes(5));

const drift = (...variables: string[]): Promise<Result> => environment.make("drift", ...variables);

/** It says nothing but that nothing has drifted. */
async function isClean(): Promise<void> {
  const { output, failed } = await drift();
  expect([failed, output]).toEqual([false, expect.stringContaining("Nothing has drifted")]);
}

/** It says each, exits with 2, and all of it is as before after it was told to put it right. */
async function namesAndHeals(...lines: readonly string[]): Promise<void> {
  const { output, failed } = await drift();
  expect(failed).toBe(true);
  expect(output).toContain("Error 2");
  for (const line of lines) expect(output).toContain(line);
  const begin = Date.now();
  const healed = await drift("HEAL=1");
  console.log(`${lines.length} things put right in ${(Date.now() - begin) / 1000} s`);
  expect([healed.failed, healed.failed ? healed.output : ""]).toEqual([false, ""]);
  await isWell(environment, machines);
  await isClean();
}

it("says of a new environment that nothing has drifted", isClean, minutes(3));

it(
  "does not take what an autoscaler decides for drift",
  async () => {
    await environment.kubectl("-n", "shop", "autoscale", "deployment", "catalog", "--min=3", "--max=3");
    const replicas = ["-n", "shop", "get", "deployment", "catalog", "-o", "jsonpath={.spec.replicas}"];
    try {
      await eventually(
        120,
        () => environment.kubectl(...replicas),
        (count) => count === "3",
      );
      await isClean();
    } finally {
      await environment.kubectl("-n", "shop", "delete", "hpa", "catalog");
      await environment.succeedMake("up");
    }
  },
  minutes(10),
);

it(
  "names objects that were deleted, scaled and edited and a container that is gone, and puts them right",
  async () => {
    await environment.kubectl("-n", "shop", "scale", "deployment", "storefront", "--replicas=4");
    await environment.kubectl("-n", "shop", "delete", "deployment", "cart");
    const port = '[{"op":"replace","path":"/spec/ports/0/port","value":81}]';
    await environment.kubectl("-n", "shop", "patch", "service", "catalog", "--type=json", "-p", port);
    await environment.docker(["container", "rm", "--force"], "worker-1");
    await namesAndHeals(
      "The Deployment shop/storefront was changed by kubectl: spec.replicas is 4, and was 2",
      "The Deployment shop/cart is gone",
      "The Service shop/catalog was changed by kubectl-patch: spec.ports[0].port is 81, and was 80",
      "The machine worker-1 is gone from Docker",
    );
    expect(await environment.shopStatus()).toBe(200);
    await changesNothing(environment);
  },
  minutes(15),
);

it(
  "names a changed file, an edited manifest and lost rules of a machine, and makes those machines anew",
  async () => {
    const shell = (machine: string, command: string): Promise<string> =>
      environment.inMachine(machine, "sh", "-c", command);
    await shell("worker-0", "echo net.ipv4.ip_forward=0 >/etc/sysctl.d/99-mine.conf");
    await shell("control-plane-0", "echo '# mine' >>/etc/kubernetes/manifests/kube-scheduler.yaml");
    await shell("worker-1", "nft flush table ip kube-proxy; nft delete table ip kube-proxy");
    await namesAndHeals(
      "On worker-0 the file /etc/sysctl.d/99-mine.conf was added",
      "On control-plane-0 the file /etc/kubernetes/manifests/kube-scheduler.yaml was changed",
      "On worker-1 kube-proxy's rules are gone",
    );
    expect(await environment.shopStatus()).toBe(200);
  },
  minutes(20),
);
