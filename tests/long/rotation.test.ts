// Nightly (`make test-clusters`): two hours and a half, one of which waits for the tokens of the key of before to end.
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { connect as connectTls } from "node:tls";

import { secretsOfOtherKeys } from "../../components/cluster/actions/encrypted-secrets";
import { connect } from "../../components/cluster/actions/connect";
import { pemBlocks } from "../../components/pki/pem";
import { FreshRequests } from "../support/fresh-requests";
import { TestEnvironment } from "../support/test-environment";
import { changesNothing, isWell, madeAt } from "../support/whole-environment";

const minutes = (count: number): number => count * 60_000;
const controlPlanes = ["control-plane-0", "control-plane-1", "control-plane-2"];
const machines = [...controlPlanes, "worker-0"];

const environment = new TestEnvironment({
  shop: "monolith",
  controlPlane: { count: controlPlanes.length, memory: "2Gi" },
  pools: [{ name: "worker", count: 1, memory: "2Gi" }],
});

beforeAll(async () => {
  await environment.succeedMake("up");
  await isWell(environment, machines);
}, minutes(15));

afterAll(() => environment.destroy(), minutes(5));

interface Rotated {
  readonly output: string;
  readonly requests: FreshRequests;
}

/** Rotates while somebody asks for pages and the API, with the kubeconfig that the stack has, over new connections. */
async function rotateUnderLoad(what: string): Promise<Rotated> {
  const requests = await FreshRequests.begin(environment);
  const fetching = new AbortController();
  const fetched = (async () => {
    while (!fetching.signal.aborted) {
      await requests.fetchKubeconfig(environment).catch(() => undefined);
      await sleep(5000);
    }
  })();
  const output = await environment.succeedMake("rotate", `WHAT=${what}`).finally(async () => {
    fetching.abort();
    await fetched;
    await requests.end();
  });
  console.log(`${what}: ${requests.answered} answered, lost ${JSON.stringify(requests.lost)}`);
  return { output, requests };
}

const lostPages = ({ requests }: Rotated): unknown[] =>
  requests.lost.filter(({ request }) => request === "page");

/** Requests of the API that were lost: a roll may lose one for each control plane that goes. */
const lostOfApi = ({ requests }: Rotated): number =>
  requests.lost.filter(({ request }) => request === "api").length;

/** Which phases a command went through, in order. */
const phasesIn = (output: string): string[] =>
  [...output.matchAll(/rotation of [\w-]+: phase \d of 3, (\w+):/g)].map(([, phase = ""]) => phase);

async function stateOf(type: string): Promise<Record<string, unknown>[]> {
  const exported = JSON.parse(await environment.succeedMake("state")) as {
    deployment: { resources: { urn: string; outputs?: Record<string, unknown> }[] };
  };
  return exported.deployment.resources
    .filter(({ urn }) => urn.includes(`slipway:pki:ClusterIdentity$pulumi-nodejs:dynamic/pki:${type}::`))
    .map(({ outputs = {} }) => outputs);
}

/** Whether somebody who trusts these authorities is answered by the shop over TLS. */
async function isTrusted(ca: string): Promise<boolean> {
  const { hostname, port } = new URL(await environment.output("shopTlsUrl"));
  const socket = connectTls({ host: hostname, port: Number(port), servername: hostname, ca });
  try {
    await once(socket, "secureConnect");
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === "SELF_SIGNED_CERT_IN_CHAIN") return false;
    if ((error as { code?: string }).code === "UNABLE_TO_VERIFY_LEAF_SIGNATURE") return false;
    throw error;
  } finally {
    socket.destroy();
  }
}

it(
  "rotates the web's authority: it waits until somebody has seen to it that the next one is trusted, and rolls no machine",
  async () => {
    const times = await madeAt(environment, machines);
    const before = await environment.output("webAuthority");
    const first = await rotateUnderLoad("web-authority");
    expect(phasesIn(first.output)).toEqual(["trust"]);
    expect(first.output).toContain("pulumi stack output webAuthority");
    const both = await environment.output("webAuthority");
    expect(pemBlocks(both)).toEqual([...pemBlocks(before), expect.stringContaining("BEGIN CERTIFICATE")]);
    expect(await isTrusted(before)).toBe(true);
    expect(await isTrusted(both)).toBe(true);
    const second = await rotateUnderLoad("web-authority");
    expect(phasesIn(second.output)).toEqual(["sign", "distrust"]);
    const after = await environment.output("webAuthority");
    expect(pemBlocks(after)).toEqual(pemBlocks(both).slice(1));
    expect([await isTrusted(before), await isTrusted(both), await isTrusted(after)]).toEqual([
      false,
      true,
      true,
    ]);
    expect([...lostPages(first), ...lostPages(second)]).toEqual([]);
    expect(await madeAt(environment, machines)).toEqual(times);
    await changesNothing(environment);
  },
  minutes(20),
);

const rolls = 3 * controlPlanes.length;

it(
  "rotates the key that encrypts Secrets: all of them are encrypted with the new one in etcd, and read as before",
  async () => {
    const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "old", namespace: "default" } };
    await environment.apply({ ...secret, stringData: { text: "of before" } });
    const worker = await madeAt(environment, ["worker-0"]);
    const rotated = await rotateUnderLoad("encryption-key");
    expect(phasesIn(rotated.output)).toEqual(["trust", "sign", "distrust"]);
    expect(lostPages(rotated)).toEqual([]);
    expect(lostOfApi(rotated)).toBeLessThanOrEqual(rolls);
    const connection = await connect(await environment.output("kubeconfig"));
    expect(await secretsOfOtherKeys(connection, 2)).toEqual([]);
    expect((await secretsOfOtherKeys(connection, 1)).length).toBeGreaterThan(0);
    expect(await environment.kubectl("get", "secret", "old", "-o", "jsonpath={.data.text}")).toBe(
      Buffer.from("of before").toString("base64"),
    );
    for (const machine of controlPlanes) {
      const keys = await environment.inMachine(
        machine,
        "grep",
        "name:",
        "/etc/kubernetes/api-server/encryption.yaml",
      );
      expect(keys.trim()).toBe("- name: key-2");
    }
    expect(await madeAt(environment, ["worker-0"])).toEqual(worker);
    await changesNothing(environment);
  },
  minutes(40),
);

it(
  "killed in a phase, it stays there for make up and make preview, and the next make rotate goes on from it",
  async () => {
    const killed = environment.startMake("rotate", { detached: true, variables: ["WHAT=encryption-key"] });
    const of = async (): Promise<unknown> => (await stateOf("EncryptionKey"))[0]?.phase;
    while ((await of()) !== "trust") await sleep(1000);
    await sleep(30_000);
    process.kill(-(killed.pid ?? 0), "SIGKILL");
    const preview = await environment.succeedMake("preview");
    expect(preview).toContain("phase 1 of 3, trust");
    await environment.succeedMake("up");
    expect(await of()).toBe("trust");
    await isWell(environment, machines);
    await changesNothing(environment);
    expect(phasesIn(await environment.succeedMake("rotate", "WHAT=encryption-key"))).toEqual([
      "sign",
      "distrust",
    ]);
    expect(await stateOf("EncryptionKey")).toMatchObject([{ phase: "settled", generation: 3 }]);
  },
  minutes(40),
);

it(
  "rotates the service accounts' key: it waits for the last token of the key of before, and says until when",
  async () => {
    const first = await rotateUnderLoad("service-account-key");
    expect(phasesIn(first.output)).toEqual(["trust", "sign"]);
    expect(lostPages(first)).toEqual([]);
    expect(lostOfApi(first)).toBeLessThanOrEqual(rolls);
    const until = /the last of which ends at (\S+):/.exec(first.output)?.[1] ?? "";
    const left = new Date(until).getTime() - Date.now();
    expect(left).toBeGreaterThan(minutes(50));
    const refused = await environment.make("rotate", "WHAT=service-account-key");
    expect(refused.failed).toBe(true);
    expect(refused.output).toContain(until);
    await sleep(left);
    const second = await rotateUnderLoad("service-account-key");
    expect(phasesIn(second.output)).toEqual(["distrust"]);
    expect(lostPages(second)).toEqual([]);
    await isWell(environment, machines);
  },
  minutes(100),
);

it(
  "rotates the authorities: everything trusts the new ones, and nothing the old ones",
  async () => {
    const before = await stateOf("CertificateAuthority");
    const rotated = await rotateUnderLoad("authorities");
    expect(phasesIn(rotated.output)).toEqual(["trust", "sign", "distrust"]);
    expect(lostPages(rotated)).toEqual([]);
    expect(lostOfApi(rotated)).toBeLessThanOrEqual(rolls);
    const after = await stateOf("CertificateAuthority");
    expect(after.map(({ phase, generation }) => [phase, generation])).toEqual(
      after.map(() => ["settled", 2]),
    );
    const old = before.map(({ certificatePem }) => String(certificatePem).trim());
    for (const machine of machines) {
      const trusted = pemBlocks(await environment.inMachine(machine, "cat", "/etc/kubernetes/pki/ca.crt"));
      expect(trusted).toHaveLength(1);
      for (const pem of trusted) expect(old).not.toContain(pem.trim());
    }
    const aggregation = [
      "-n",
      "kube-system",
      "get",
      "cm",
      "extension-apiserver-authentication",
      "-o",
      "json",
    ];
    const { data } = JSON.parse(await environment.kubectl(...aggregation)) as {
      data: Record<string, string>;
    };
    expect(pemBlocks(data["client-ca-file"] ?? "")).toHaveLength(1);
    expect(pemBlocks(data["requestheader-client-ca-file"] ?? "")).toHaveLength(1);
    await environment.kubectl("top", "nodes");
    await isWell(environment, machines);
    await changesNothing(environment);
  },
  minutes(60),
);
