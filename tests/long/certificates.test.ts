// Nightly (`make test-clusters`): an hour. The parameters are the time under load in minutes, and for how long certificates are
// good: MINUTES=40 VALIDITY=10m is what the nightly run has, the default is the shortest that shows all of it.
import { setTimeout as sleep } from "node:timers/promises";

import { nodeCertificateRequest } from "../support/serving-request";
import { FreshRequests } from "../support/fresh-requests";
import { eventually, TestEnvironment } from "../support/test-environment";
import { changesNothing, isWell } from "../support/whole-environment";

const minutes = (count: number): number => count * 60_000;
const window = Number(process.env.MINUTES ?? 12);
const validity = process.env.VALIDITY ?? "4m";
const validityMinutes = parseInt(validity, 10);

interface Listed {
  readonly file: string;
  readonly end: number;
  readonly renewedBy: string;
}

interface RequestList {
  readonly items: readonly { metadata: { name: string }; status?: { certificate?: string } }[];
}

async function listed(environment: TestEnvironment, machine: string): Promise<Listed[]> {
  const lines = await environment.inMachine(machine, "/usr/lib/slipway/certificates", "list");
  return lines
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [file = "", end, renewedBy = ""] = line.split("\t");
      return { file, end: Number(end) * 1000, renewedBy };
    });
}

const ended = (all: readonly Listed[]): string[] =>
  all.filter(({ end }) => end < Date.now()).map(({ file }) => file);

const controlPlaneLeaves = 12;

describe.each([
  { controlPlanes: ["control-plane-0"], workers: ["worker-0"] },
  { controlPlanes: ["control-plane-0", "control-plane-1", "control-plane-2"], workers: ["worker-0"] },
])(
  `certificates of ${validity}, where there are $controlPlanes and $workers`,
  ({ controlPlanes, workers }) => {
    const machines = [...controlPlanes, ...workers];
    const environment = new TestEnvironment({
      shop: "monolith",
      certificates: { validity },
      controlPlane: { count: controlPlanes.length, memory: "2Gi" },
      pools: [{ name: "worker", count: workers.length, memory: "2Gi" }],
    });

    beforeAll(async () => {
      await environment.succeedMake("up");
      await isWell(environment, machines);
    }, minutes(15));

    afterAll(() => environment.destroy(), minutes(5));

    it(
      "are no part of what a second up compares",
      async () => {
        await changesNothing(environment);
      },
      minutes(5),
    );

    it(
      "leave a worker no token, and no right to another node's certificate",
      async () => {
        const tokens = [
          "get",
          "secrets",
          "-n",
          "kube-system",
          "--field-selector",
          "type=bootstrap.kubernetes.io/token",
        ];
        await eventually(
          150,
          () => environment.kubectl(...tokens, "-o", "name"),
          (names) => names.trim() === "",
        );
        const holding = [
          "grep",
          "-rlE",
          '^ *"?token"?: *[\'"]?[a-z0-9]{6}\\.[a-z0-9]{16}',
          "/etc/slipway",
          "/etc/kubernetes",
          "/run/slipway",
        ];
        await expect(environment.inMachine("worker-0", ...holding)).rejects.toThrow();
        const asks = ["kubectl", "--kubeconfig", "/etc/kubernetes/kubelet.conf"];
        for (const node of ["worker-0", "worker-1", "control-plane-0"]) {
          const request = JSON.stringify(await nodeCertificateRequest({ name: `asked-${node}`, node }));
          const create = `echo '${request}' | ${asks.join(" ")} create -f -`;
          await environment.inMachine("worker-0", "sh", "-c", create).catch(String);
        }
        const signed = async (): Promise<string[]> => {
          const { items } = JSON.parse(await environment.kubectl("get", "csr", "-o", "json")) as RequestList;
          const asked = items.filter(({ metadata }) => metadata.name.startsWith("asked-"));
          return asked
            .filter(({ status }) => status?.certificate !== undefined)
            .map(({ metadata }) => metadata.name);
        };
        // Its own is, so the way is open; the others stay as they are.
        await eventually(60, signed, (names) => names.includes("asked-worker-0"));
        await sleep(10_000);
        expect(await signed()).toEqual(["asked-worker-0"]);
        const may = async (verb: string, what: string, ...more: string[]): Promise<string> =>
          (
            await environment
              .inMachine("worker-0", ...asks, "auth", "can-i", verb, what, ...more)
              .catch(String)
          ).trim();
        expect(await may("list", "secrets", "-A")).not.toMatch(/^yes/);
        expect(await may("delete", "node/control-plane-0")).not.toMatch(/^yes$/);
      },
      minutes(4),
    );

    it(
      "are all listed, for the longest as long as the setting says but for authorities",
      async () => {
        const table = await environment.succeedMake("certificates");
        for (const machine of machines) {
          const all = await listed(environment, machine);
          const leaves = all.filter(({ renewedBy }) => renewedBy !== "nobody");
          expect(leaves.length).toBeGreaterThanOrEqual(machine.startsWith("worker") ? 2 : controlPlaneLeaves);
          for (const { file, end } of leaves) {
            expect(end).toBeLessThanOrEqual(Date.now() + minutes(validityMinutes));
            expect(table).toContain(file);
          }
        }
        expect(table).toContain("make rotate WHAT=authorities");
      },
      minutes(2),
    );

    it(
      `are renewed without a lost request in ${window} minutes`,
      async () => {
        const before = new Map<string, Listed[]>();
        for (const machine of machines) before.set(machine, await listed(environment, machine));
        const requests = await FreshRequests.begin(environment);
        const wrong: string[] = [];
        const until = Date.now() + minutes(window);
        while (Date.now() < until) {
          await sleep(10_000);
          for (const machine of machines) {
            for (const file of ended(await listed(environment, machine))) wrong.push(`${machine}: ${file}`);
          }
        }
        await requests.end();
        console.log(
          `${requests.answered} answered in ${window} minutes, lost ${JSON.stringify(requests.lost)}, ended ${JSON.stringify(wrong)}`,
        );
        expect(requests.lost).toEqual([]);
        expect(requests.answered).toBeGreaterThan(window * 60);
        expect(wrong).toEqual([]);
        for (const [machine, all] of before) {
          const now = new Map((await listed(environment, machine)).map(({ file, end }) => [file, end]));
          for (const { file, end, renewedBy } of all.filter(({ renewedBy: by }) => by !== "nobody")) {
            expect([
              file,
              renewedBy,
              (now.get(file) ?? 0) - end > minutes(window - 2 * validityMinutes),
            ]).toEqual([file, renewedBy, true]);
          }
        }
        await isWell(environment, machines);
      },
      minutes(window + 5),
    );

    it(
      "that nobody renews take their control plane out, and come back with the next renewal",
      async () => {
        const last = controlPlanes.at(-1) ?? "";
        await environment.inMachine(last, "systemctl", "stop", "slipway-certificates.timer");
        const requests = await FreshRequests.begin(environment);
        const late = await eventually(
          (validityMinutes + 2) * 60,
          () => listed(environment, last),
          (all) => ended(all).includes("/etc/kubernetes/pki/apiserver.crt"),
        );
        await sleep(20_000);
        if (controlPlanes.length === 1) {
          // The control run: without renewal the API is lost.
          await requests.end();
          expect(requests.lost.filter(({ request }) => request === "api").length).toBeGreaterThan(5);
          await environment.inMachine(last, "/usr/lib/slipway/certificates", "renew");
        } else {
          const said = await environment.succeedMake("up");
          await requests.end();
          expect(said).toMatch(
            new RegExp(`roll \\d/\\d: ${last}: its certificates are signed anew, as they end on `),
          );
          // What was asked before the load balancer's next looks, at most.
          const end = late.find(({ file }) => file.endsWith("/apiserver.crt"))?.end ?? 0;
          const after = requests.lost.map(({ at }) => (Date.parse(at) - end) / 1000);
          expect(after.filter((seconds) => seconds < -1 || seconds > 4)).toEqual([]);
          expect(requests.lost.filter(({ request }) => request === "page")).toEqual([]);
        }
        expect(
          ended((await listed(environment, last)).filter(({ renewedBy }) => renewedBy === "machine")),
        ).toEqual([]);
        await isWell(environment, machines);
      },
      minutes(validityMinutes + 15),
    );
  },
);
