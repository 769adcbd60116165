// Nightly (`make test-clusters`): 25 minutes.
import { randomBytes, randomUUID } from "node:crypto";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";

import { makeRecoveryKey } from "../../toolchain/cluster-backups/recovery-key";
import { nodesOf } from "../support/cluster-facts";
import { order } from "../support/shop-load";
import { TestEnvironment } from "../support/test-environment";
import { changesNothing, isWell, ordersMissing } from "../support/whole-environment";

const minutes = (count: number): number => count * 60_000;
jest.setTimeout(minutes(15));

const settings = { pools: [{ name: "worker", count: 1 }], shop: "monolith" };
const environment = new TestEnvironment(settings);
const elsewhere = new TestEnvironment(settings);
const machines = ["control-plane-0", "worker-0"];
const orders = [randomUUID(), randomUUID(), randomUUID()];

/** All that is in the namespace, as the API tells it. */
async function things(of: TestEnvironment): Promise<{ metadata: { name: string } }[]> {
  const list = await of.kubectl("--namespace", "things", "get", "configmaps,secrets", "--output", "json");
  return (JSON.parse(list) as { items: { metadata: { name: string } }[] }).items;
}

/** 250 ConfigMaps and 250 Secrets, in text and in bytes that are none. */
function objects(): object[] {
  const metadata = (name: string) => ({ name, namespace: "things" });
  return Array.from({ length: 250 }, (_, index) => [
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: metadata(`map-${index}`),
      data: { text: `ä\n${randomBytes(60).toString("hex")}` },
      binaryData: { bytes: randomBytes(100).toString("base64") },
    },
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: metadata(`secret-${index}`),
      data: { bytes: randomBytes(100).toString("base64") },
    },
  ]).flat();
}

const keyOf = (of: TestEnvironment): string =>
  path.join(of.directory, "../../recovery-keys", `${of.name}.txt`);

/** What a restore says that is refused. */
async function refused(of: TestEnvironment, ...variables: string[]): Promise<string> {
  const { output, failed } = await of.make("restore-cluster", "YES=1", ...variables);
  expect(failed).toBe(true);
  return output;
}

let before: object[] = [];
/** What a watcher knew last: later than all that is in the backup. */
let laterVersion = "";
let backup = "";

async function loseAllDisks(): Promise<void> {
  await environment.docker(["rm", "--force"], ...machines);
  await environment.docker(["volume", "rm"], ...machines);
}

beforeAll(async () => {
  await environment.succeedMake("up");
  const url = await environment.output("shopUrl");
  for (const id of orders) expect(await order(url, "ada", id)).toBe(303);
  await environment.kubectl("create", "namespace", "things");
  await environment.apply(...objects());
  before = await things(environment);
  expect(before.length).toBeGreaterThanOrEqual(500);
  await environment.succeedMake("backup");
  [backup = ""] = /\d{8}T\d{6}Z/.exec(await environment.succeedMake("backup-cluster")) ?? [];
  await environment.kubectl("--namespace", "things", "create", "configmap", "late");
  laterVersion = await environment.kubectl(
    ...[
      "--namespace",
      "things",
      "get",
      "configmap",
      "late",
      "--output",
      "jsonpath={.metadata.resourceVersion}",
    ],
  );
}, minutes(20));

afterAll(async () => {
  try {
    await elsewhere.destroy();
  } finally {
    await environment.destroy();
  }
}, minutes(10));

test("a backup that was asked for is listed, and was verified", async () => {
  const list = await environment.succeedMake("backups");
  expect(list).toMatch(new RegExp(`^${backup} +20\\S+Z +\\S+ [kM]B +\\d\\S+ +\\d+ keys +verified$`, "m"));
});

test("nothing is restored over a cluster that lives", async () => {
  expect(await refused(environment)).toContain(`${environment.name} lives: control-plane-0 has its disk`);
});

describe("when all disks are lost", () => {
  const bundle = path.join(environment.directory, "bundle.age");

  beforeAll(async () => {
    const kept = `/var/lib/slipway/kept/.cluster-backups/${backup}.age`;
    const content = await environment.inMachine("control-plane-0", "base64", "--wrap=0", kept);
    writeFileSync(bundle, Buffer.from(content, "base64"));
    await loseAllDisks();
  });

  test("`make up` makes no empty cluster, and offers the restore", async () => {
    const { output, failed } = await environment.make("up");
    expect(failed).toBe(true);
    expect(output).toContain("restore the cluster from its latest backup with make restore-cluster");
  });

  test("nothing is overwritten before somebody agrees", async () => {
    const { output, failed } = await environment.make("restore-cluster");
    expect(failed).toBe(true);
    expect(output).toContain("Run it with YES=1 if that is meant");
  });

  test("another key is refused", async () => {
    const other = path.join(environment.directory, "other.txt");
    await makeRecoveryKey(other, "other");
    expect(await refused(environment, `KEY=${other}`)).toContain("is not the one that");
  });

  test("a flipped byte is refused", async () => {
    const damaged = path.join(environment.directory, "damaged.age");
    copyFileSync(bundle, damaged);
    const bytes = readFileSync(damaged);
    const middle = Math.floor(bytes.length / 2);
    bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
    writeFileSync(damaged, bytes);
    expect(await refused(environment, `FROM=${damaged}`)).toContain(`${damaged} is damaged`);
  });

  test("what is no name of a backup is refused, and reaches no shell", async () => {
    const file = path.join(environment.directory, "touched");
    const output = await refused(environment, `FROM=latest; touch ${file}`);
    expect(output).toContain("make backups prints");
    expect(() => readFileSync(file)).toThrow("ENOENT");
  });

  test("the cluster comes back as it was backed up", async () => {
    await environment.succeedMake("restore-cluster", "YES=1");
    await isWell(environment, machines);
    expect(await things(environment)).toEqual(before);
    expect((await nodesOf(environment)).map(({ name }) => name).sort()).toEqual(machines);
  });

  test("a watcher that knew something later is told to read everything anew", async () => {
    const watch = `/api/v1/namespaces/things/configmaps?watch=1&timeoutSeconds=5&resourceVersion=${laterVersion}`;
    const events = await environment.kubectl("get", "--raw", watch).catch((error: unknown) => String(error));
    expect(events).toMatch(/"code":410|too old resource version/);
    const { metadata } = JSON.parse(
      await environment.kubectl("get", "--raw", "/api/v1/namespaces/things/configmaps?limit=1"),
    ) as { metadata: { resourceVersion: string } };
    expect(Number(metadata.resourceVersion)).toBeGreaterThan(Number(laterVersion));
  });

  test("a second `up` changes nothing", async () => {
    await changesNothing(environment);
  });

  test("orders come back from the database's dump", async () => {
    await environment.succeedMake("restore");
    expect(await ordersMissing(environment, orders)).toEqual([]);
  });
});

describe("when the state is lost too", () => {
  test("another environment becomes the cluster that was backed up", async () => {
    const key = path.join(elsewhere.directory, "recovery-key.txt");
    copyFileSync(keyOf(environment), key);
    await environment.succeedMake("down");
    await elsewhere.succeedMake("restore-cluster", `FROM=${environment.name}/${backup}`, `KEY=${key}`);
    await isWell(elsewhere, machines);
    expect(await things(elsewhere)).toEqual(before);
    await changesNothing(elsewhere);
  });
});
