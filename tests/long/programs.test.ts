// Nightly (`make test-clusters`): 5 minutes. Programs as people bring them: with other users, folders, ports and neighbours.
import { execFileSync } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import * as path from "node:path";

import { answersIn, type Asker, evaluateIn } from "../support/probe-pod";
import { eventually, TestEnvironment } from "../support/test-environment";

const minutes = (count: number): number => count * 60_000;
jest.setTimeout(minutes(1));

const machines = { pools: [{ name: "worker", count: 1 }], hosts: ["programs.test"] };
const environment = new TestEnvironment(machines);
const team = new TestEnvironment({}, path.join(__dirname, "programs"), environment);
const namespace = "programs";
const queue: Asker = { namespace, target: "deployment/queue" };
const outside = createServer((_, response) => response.end("outside"));
let settings: Record<string, unknown>;
/** Where pods find this host. */
let gateway = "";

const closed: unknown = expect.stringMatching(/^(ECONNREFUSED|EHOSTUNREACH|timeout)$/);
const port = (): number => (outside.address() as AddressInfo).port;

beforeAll(async () => {
  await environment.create();
  await environment.up();
  const network = `slipway-${environment.name}`;
  const format = "{{range .IPAM.Config}}{{.Gateway}}{{end}}";
  gateway = execFileSync("docker", ["network", "inspect", network, "--format", format], {
    encoding: "utf8",
  }).trim();
  await new Promise<void>((resolve) => outside.listen(0, gateway, resolve));
  settings = {
    environment: `organization/slipway/${environment.name}`,
    outside: gateway,
    outsidePort: port(),
  };
  team.configure(settings);
  await team.create();
  await team.up();
}, minutes(15));

afterAll(async () => {
  outside.close();
  try {
    await team.destroy();
  } finally {
    await environment.destroy();
  }
}, minutes(6));

describe("a program that answers nobody", () => {
  it("has no Service, and runs as its user", async () => {
    expect(await environment.kubectl("get", "services", "-n", namespace, "-o", "name")).not.toContain(
      "service/queue",
    );
    expect(await evaluateIn(environment, queue, "[process.getuid(), process.getgid()]")).toEqual([
      1001, 1001,
    ]);
  });

  it("is told what the program says, letter by letter", async () => {
    const first = 'require("fs").readFileSync("/proc/1/cmdline", "utf8").split("\\0").slice(-3, -1)';
    expect(await evaluateIn(environment, queue, first)).toEqual(["$(date)", "$$"]);
    expect(await evaluateIn(environment, queue, "process.env.AS_WRITTEN")).toBe("$$x $(POD_NAME)");
  });

  it("finds what ran before it, and reaches what runs beside it", async () => {
    const prepared = 'require("fs").readFileSync("/var/cache/queue/prepared", "utf8")';
    expect(await evaluateIn(environment, queue, prepared)).toBe("yes");
    const helped = 'await (await fetch("http://127.0.0.1:7000")).text()';
    expect(await evaluateIn(environment, queue, helped)).toBe("helped");
  });

  it("knows the names that it was told", async () => {
    const address = '(await require("dns/promises").lookup("erp.example.org")).address';
    expect(await evaluateIn(environment, queue, address)).toBe("192.0.2.7");
  });

  it(
    "may write as much to /tmp as it was given, and is evicted for more",
    async () => {
      const pod = async (): Promise<string> =>
        await environment.kubectl(
          ...["get", "pods", "-n", namespace, "-l", "app.kubernetes.io/name=queue"],
          ...["--field-selector", "status.phase=Running", "-o", "jsonpath={.items[*].metadata.name}"],
        );
      const before = await pod();
      const write = (mebibytes: number): string =>
        `require("fs").writeFileSync("/tmp/data", Buffer.alloc(${mebibytes} * 1024 ** 2, 1)) ?? "written"`;
      expect(await evaluateIn(environment, queue, write(100))).toBe("written");
      // The kubelet looks every 15 seconds.
      await new Promise((resolve) => setTimeout(resolve, 40_000));
      expect(await pod()).toBe(before);
      expect(await evaluateIn(environment, queue, write(160))).toBe("written");
      await eventually(90, pod, (now) => now !== "" && now !== before);
      await environment.kubectl("rollout", "status", "-n", namespace, "deployment/queue", "--timeout=60s");
    },
    minutes(4),
  );
});

describe("ports", () => {
  it("besides the first one, of UDP too, are reached by who says so, and by no other way", async () => {
    const answer = `await new Promise((resolve) => {
      const socket = require("dgram").createSocket("udp4");
      socket.on("message", (message) => resolve(String(message)));
      setInterval(() => socket.send("hello", 5353, "many"), 200);
      setTimeout(() => resolve("silence"), 10_000);
    }).finally(() => setTimeout(() => process.exit(), 100))`;
    expect(await evaluateIn(environment, queue, answer)).toBe("hello");
    expect(await answersIn(environment, queue, ["http://many", "http://many:9090"])).toEqual([
      closed,
      closed,
    ]);
  });

  it("are open to a namespace that is named, and the others are not", async () => {
    const image = await environment.kubectl(
      ...["get", "deployment", "-n", namespace, "many", "-o"],
      "jsonpath={.spec.template.spec.containers[0].image}",
    );
    const command = ["node", "-e", "setInterval(() => {}, 60_000)"];
    const scraper = { namespace: "monitoring", target: "pod/scraper" };
    await environment.kubectl("create", "namespace", "monitoring");
    try {
      await environment.apply({
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "scraper", namespace: "monitoring" },
        spec: { terminationGracePeriodSeconds: 0, containers: [{ name: "scraper", image, command }] },
      });
      await environment.kubectl(
        "wait",
        "-n",
        "monitoring",
        "pod/scraper",
        "--for=condition=Ready",
        "--timeout=60s",
      );
      const urls = ["http://many.programs:9090", "http://many.programs"];
      await eventually(
        30,
        () => answersIn(environment, scraper, urls),
        ([metrics]) => metrics === 200,
      );
      expect(await answersIn(environment, scraper, urls)).toEqual([200, closed]);
    } finally {
      await environment.kubectl("delete", "namespace", "monitoring");
    }
  });
});

describe("a network outside", () => {
  it("is reached by who names it, on the port that it names, and by nobody else", async () => {
    const other = createServer((_, response) => response.end("other"));
    await new Promise<void>((resolve) => other.listen(0, gateway, resolve));
    try {
      const urls = [port(), (other.address() as AddressInfo).port].map((each) => `http://${gateway}:${each}`);
      expect(await answersIn(environment, queue, urls)).toEqual([200, closed]);
      const many = { namespace, target: "deployment/many" };
      expect(await answersIn(environment, many, urls)).toEqual([closed, closed]);
    } finally {
      other.close();
    }
  });
});

describe("a program that keeps data", () => {
  it("has both of its disks, and answers from outside", async () => {
    for (const folder of ["/data", "/wal"]) {
      const write = `require("fs").writeFileSync("${folder}/of${folder.replace("/", "-")}", "") ?? "written"`;
      expect(await evaluateIn(environment, { namespace, target: "pod/store-0" }, write)).toBe("written");
    }
    const url = await environment.output("shopUrl");
    const ask = (): string =>
      execFileSync("curl", ["--silent", "--max-time", "5", "--header", "host: programs.test", url], {
        encoding: "utf8",
      });
    expect(
      await eventually(
        30,
        () => Promise.resolve(ask()),
        (text) => text.includes("of-"),
      ),
    ).toBe("of-data,of-wal");
  });

  it("cannot be exposed from another namespace, which is said before anything is made", async () => {
    team.configure({ ...settings, wrongExposure: true });
    const { failed, output } = await team.pulumi("preview");
    expect(failed).toBe(true);
    expect(output).toContain(
      'routes[0].to.namespace is "programs": give one of the namespace elsewhere, or make another Exposure in programs',
    );
    team.configure(settings);
  });
});

/** A name server that says of every name that it has one address. */
async function nameServer(address: string): Promise<Socket> {
  const socket = createSocket("udp4");
  socket.on("message", (query, { port: client, address: from }) => {
    const question = query.subarray(12, query.indexOf(0, 12) + 5);
    const header = Buffer.concat([query.subarray(0, 2), Buffer.from("81800001000100000000", "hex")]);
    // The name of the question, an A record of class IN, for a minute: https://www.rfc-editor.org/rfc/rfc1035#section-4.1
    const record = Buffer.concat([
      Buffer.from("c00c000100010000003c0004", "hex"),
      Buffer.from(address.split(".").map(Number)),
    ]);
    socket.send(Buffer.concat([header, question, record]), client, from);
  });
  await new Promise<void>((resolve) => socket.bind(0, gateway, resolve));
  return socket;
}

describe("the cluster's DNS", () => {
  const addressOf = async (name: string): Promise<string> =>
    await evaluateIn(
      environment,
      queue,
      `await require("dns/promises").lookup("${name}").then(({ address }) => address, (error) => error.code)`,
    );

  it(
    "knows hosts and asks other name servers for their zones, as soon as the settings say so",
    async () => {
      const server = await nameServer("192.0.2.53");
      try {
        const stub = `${gateway}:${server.address().port}`;
        environment.configure({
          ...machines,
          dns: { hosts: { "nas.example.org": "192.0.2.9" }, stubDomains: { "corp.example.org": [stub] } },
        });
        await environment.up();
        await eventually(
          120,
          () => addressOf("nas.example.org"),
          (address) => address === "192.0.2.9",
        );
        expect(await addressOf("wiki.corp.example.org")).toBe("192.0.2.53");
        expect(await addressOf("many.programs")).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
      } finally {
        server.close();
      }
    },
    minutes(5),
  );
});

it("of one name are in two namespaces", async () => {
  const names = await environment.kubectl(
    "get",
    "services",
    "-A",
    "-o",
    "jsonpath={.items[*].metadata.name}",
  );
  expect(names.split(" ").filter((name) => name === "many")).toHaveLength(2);
});

it("change nothing at the second update", async () => {
  const { failed, output } = await team.pulumi("preview", "--expect-no-changes");
  expect(failed ? output : "").toBe("");
});
