// Nightly (`make test-clusters`): 6 minutes.
import { createHash } from "node:crypto";
import { request as requestPlainly } from "node:http";
import { request, type RequestOptions } from "node:https";
import * as path from "node:path";

import { answersIn, type Asker, evaluateIn } from "../support/probe-pod";
import { eventually, TestEnvironment } from "../support/test-environment";

const minutes = (count: number): number => count * 60_000;
jest.setTimeout(minutes(1));

const host = "probe.test";
const pools = [{ name: "worker", count: 2 }];
const environment = new TestEnvironment({ pools, hosts: [host] });
const program = path.join(__dirname, "workloads");
const base = { environment: `organization/slipway/${environment.name}`, word: "first-word" };
const team = new TestEnvironment(base, program, environment);

const names = ["backend", "busy", "caller"];
const namespace = "probes";
const inPod = (name: string): Asker => ({ namespace, target: `deployment/${name}` });

interface Answer {
  readonly pod: string;
  readonly version: string;
  readonly word?: string;
  readonly greeting: string | null;
}

let url = "";
let tlsUrl = "";
let firstUp = "";

beforeAll(async () => {
  await environment.create();
  await environment.up();
  await team.create();
  firstUp = await team.up();
  [url, tlsUrl] = [await environment.output("shopUrl"), await environment.output("shopTlsUrl")];
  await eventually(
    30,
    () => ask(),
    (answer) => typeof answer === "object",
  );
}, minutes(15));

afterAll(async () => {
  try {
    await team.destroy();
  } finally {
    await environment.destroy();
  }
}, minutes(6));

/** What the microservice that is exposed answers from outside; without a good answer, what came instead. */
async function ask(options: RequestOptions = {}, route = "/"): Promise<Answer | string> {
  return await new Promise((resolve) => {
    const [send, to] = "servername" in options ? [request, tlsUrl] : [requestPlainly, url];
    const asked = send(
      new URL(route, to),
      { ...options, headers: { host }, agent: false, timeout: 5000 },
      (response) => {
        let body = "";
        response.on("data", (part: Buffer) => (body += part.toString()));
        response.on("end", () => {
          resolve(
            response.statusCode === 200 ? (JSON.parse(body) as Answer) : `status ${response.statusCode}`,
          );
        });
        response.on("error", (error) => {
          resolve(error.message);
        });
      },
    );
    asked.on("timeout", () => asked.destroy(new Error("timeout")));
    asked.on("error", (error: NodeJS.ErrnoException) => {
      resolve(error.code ?? error.message);
    });
    asked.end();
  });
}

/** Twenty requests a second from outside while something is done; gives all answers. */
async function answersDuring(act: () => Promise<unknown>): Promise<(Answer | string)[]> {
  const answers: Promise<Answer | string>[] = [];
  const timer = setInterval(() => answers.push(ask()), 50);
  try {
    await act();
  } finally {
    clearInterval(timer);
  }
  return await Promise.all(answers);
}

const lost = (answers: readonly (Answer | string)[]): string[] =>
  answers.filter((answer) => typeof answer === "string");

/** Without those that go: they answer for a while longer. */
async function podsOf(name: string): Promise<string[]> {
  const selector = `app.kubernetes.io/instance=${name}`;
  const names =
    'go-template={{range .items}}{{if not .metadata.deletionTimestamp}}pod/{{.metadata.name}}{{"\\n"}}{{end}}{{end}}';
  const list = await environment.kubectl("get", "pods", "-n", namespace, "-l", selector, "-o", names);
  return list.split("\n").filter((pod) => pod !== "");
}

describe("network policies", () => {
  const allowed: Record<string, string[]> = { caller: ["backend", "busy"] };
  const elsewhere = ["http://storefront.shop", "http://catalog.shop"];

  it.each(names)("let %s reach whom it talks to, and nobody else", async (name) => {
    const urls = [...names.map((callee) => `http://${callee}`), ...elsewhere];
    const answers = await answersIn(environment, inPod(name), urls);
    const expected = [...names, ...elsewhere].map((callee): unknown =>
      // It was refused, and not for want of an address.
      allowed[name]?.includes(callee) ? 200 : expect.stringMatching(/^(ECONNREFUSED|EHOSTUNREACH|timeout)$/),
    );
    expect(answers).toEqual(expected);
  });

  it("let nobody of another namespace in", async () => {
    const urls = names.map((name) => `http://${name}.${namespace}`);
    const answers = await answersIn(
      environment,
      { namespace: "shop", target: "deployment/storefront" },
      urls,
    );
    expect(answers).toEqual(
      names.map((): unknown => expect.stringMatching(/^(ECONNREFUSED|EHOSTUNREACH|timeout)$/)),
    );
  });

  it.each(names)("let %s ask DNS", async (name) => {
    const lookUp = `(await require("dns/promises").lookup("backend.${namespace}.svc.cluster.local")).address`;
    expect(await evaluateIn(environment, inPod(name), lookUp)).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
  });

  it("let the one with a role ask the API, which allows it that and no more", async () => {
    const api = `https://kubernetes.default/api/v1/namespaces/${namespace}`;
    const withToken = await answersIn(environment, inPod("caller"), [`${api}/pods`, `${api}/secrets`], {
      withToken: true,
    });
    expect(withToken).toEqual([200, 403]);
    const [without] = await answersIn(environment, inPod("backend"), [`${api}/pods`]);
    expect(typeof without).toBe("string");
  });
});

describe("Pod Security", () => {
  it.each([namespace, "shop"])("is restricted in %s, which has no pod that is not", async (name) => {
    const labels = await environment.kubectl("get", "namespace", name, "-o", "jsonpath={.metadata.labels}");
    expect(JSON.parse(labels)).toMatchObject({ "pod-security.kubernetes.io/enforce": "restricted" });
    // Another version of the rules makes the API server look at every pod again, and warn of those that break them.
    await environment.kubectl(
      ...["label", "namespace", name, "--overwrite", "--dry-run=server", "--warnings-as-errors"],
      "pod-security.kubernetes.io/enforce-version=v1.36",
    );
  });

  it("had nothing to warn of", () => {
    expect(firstUp).not.toMatch(/PodSecurity|warning/i);
  });

  it("refuses a pod that is not", async () => {
    const pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "open", namespace },
      spec: { containers: [{ name: "open", image: "open" }] },
    };
    await expect(environment.apply(pod)).rejects.toThrow("violates PodSecurity");
  });
});

describe("an exposure", () => {
  it.each([
    ["/", "backend"],
    ["/busy", "busy"],
    ["/busy/bee", "busy"],
    ["/busybee", "backend"],
  ])("leads %s to %s", async (route, name) => {
    expect(await ask({}, route)).toMatchObject({ pod: expect.stringMatching(`^${name}-`) as string });
  });

  it("answers over TLS with a certificate that the environment's authority signed, for its hosts only", async () => {
    const ca = await environment.output("webAuthority");
    expect(await ask({ servername: host, ca })).toMatchObject({ version: "one", greeting: "hello" });
    expect(await ask({ servername: "other.test", ca })).toBe("ERR_TLS_CERT_ALTNAME_INVALID");
    expect(await ask({ servername: host })).toMatch(/^(UNABLE_TO|SELF_SIGNED|DEPTH_ZERO)/);
  });
});

describe("a volume", () => {
  it(
    "has after its pod what was written before",
    async () => {
      const file = "/var/notes/note.txt";
      const write = `require("fs").writeFileSync("${file}", "kept") ?? "written"`;
      expect(await evaluateIn(environment, inPod("caller"), write)).toBe("written");
      const before = await podsOf("caller");
      await environment.kubectl("delete", "-n", namespace, ...before);
      await environment.kubectl("rollout", "status", "-n", namespace, "deployment/caller", "--timeout=90s");
      const read = `require("fs").readFileSync("${file}", "utf8")`;
      expect(await evaluateIn(environment, inPod("caller"), read)).toBe("kept");
      expect(await podsOf("caller")).not.toEqual(before);
    },
    minutes(3),
  );
});

describe("a secret", () => {
  it(
    "that changes gives all pods the new one, without a lost request and without being seen",
    async () => {
      const before = await podsOf("backend");
      team.configure({ ...base, word: "second-word" });
      let output = "";
      const answers = await answersDuring(async () => {
        output = await team.up();
      });
      expect(lost(answers)).toEqual([]);
      const word = createHash("sha256").update("second-word").digest("hex");
      expect(await ask()).toMatchObject({ word });
      const after = await podsOf("backend");
      expect(after.filter((pod) => before.includes(pod))).toEqual([]);
      const { output: state } = await team.pulumi("stack", "export");
      const deployment = await environment.kubectl(
        "get",
        "deployment",
        "-n",
        namespace,
        "backend",
        "-o",
        "json",
      );
      for (const seen of [output, state, deployment]) expect(seen).not.toContain(word);
    },
    minutes(4),
  );
});

describe("a canary", () => {
  it(
    "gets its part of the requests, and none when it is over",
    async () => {
      team.configure({ ...base, canaryWeight: 30 });
      await team.up();
      const versions = async (): Promise<string[]> => {
        const answers: string[] = [];
        for (let count = 0; count < 300; count++) {
          const answer = await ask();
          answers.push(typeof answer === "string" ? answer : answer.version);
        }
        return answers;
      };
      const during = await versions();
      expect(new Set(during)).toEqual(new Set(["one", "two"]));
      const trial = during.filter((version) => version === "two").length;
      console.log(`canary of weight 30: ${trial} of 300 answers`);
      // Four standard deviations to both sides of 90.
      expect(trial).toBeGreaterThan(58);
      expect(trial).toBeLessThan(122);
      team.configure(base);
      await team.up();
      expect(new Set(await versions())).toEqual(new Set(["one"]));
    },
    minutes(6),
  );
});

describe("a roll-out", () => {
  const failures: [string, string[]][] = [
    ["crash", ["ended with exit code 3", "| no such setting: DATABASE_URL"]],
    ["unready", ["Readiness probe failed", "| not ready: the database does not answer"]],
  ];

  it.each(failures)(
    "that fails (%s) leaves the old pods serving, says why, and is healed by the next good one",
    async (broken, reasons) => {
      const before = await podsOf("backend");
      team.configure({ ...base, broken });
      const started = Date.now();
      const answers = await answersDuring(async () => {
        const { failed, output } = await team.pulumi("up", "--yes", "--skip-preview");
        console.log(
          `failed up (${broken}): ${Math.round((Date.now() - started) / 1000)} s\n${output.slice(-2500)}`,
        );
        expect(failed).toBe(true);
        expect(output).toContain(
          `the roll-out of ${namespace}/backend made no step within 25 s; 2 pods go on serving`,
        );
        for (const reason of reasons) expect(output).toContain(reason);
      });
      expect(lost(answers)).toEqual([]);
      expect(answers.length).toBeGreaterThan(200);
      expect(await podsOf("backend")).toEqual(expect.arrayContaining(before));
      // One that is still broken is no success the second time.
      expect((await team.pulumi("up", "--yes", "--skip-preview")).failed).toBe(true);

      team.configure(base);
      expect(lost(await answersDuring(() => team.up()))).toEqual([]);
      expect(await podsOf("backend")).toHaveLength(2);
      const { failed, output } = await team.pulumi("preview", "--expect-no-changes");
      expect(failed ? output : "").toBe("");
    },
    minutes(6),
  );
});

describe("autoscaling", () => {
  const stopFile = "/tmp/stop";
  const replicas = async (): Promise<number> =>
    Number(
      await environment.kubectl(
        "get",
        "deployment",
        "-n",
        namespace,
        "busy",
        "-o",
        "jsonpath={.spec.replicas}",
      ),
    );

  it(
    "adds pods under load, which no up takes away, and removes them after it",
    async () => {
      expect(await replicas()).toBe(1);
      const load = evaluateIn<number>(
        environment,
        inPod("caller"),
        `await (async () => {
          const { existsSync } = require("fs");
          const end = Date.now() + 300_000;
          let count = 0;
          const loop = async () => {
            while (!existsSync("${stopFile}") && Date.now() < end) {
              await fetch("http://busy/burn?ms=50").then((response) => response.text(), () => {});
              count++;
            }
          };
          await Promise.all([loop(), loop(), loop(), loop()]);
          return count;
        })()`,
      );
      const started = Date.now();
      await eventually(180, replicas, (count) => count === 3);
      const up = Date.now() - started;
      const { failed, output } = await team.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes");
      expect(failed ? output : "").toBe("");
      expect(await replicas()).toBe(3);
      await evaluateIn(environment, inPod("caller"), `require("fs").writeFileSync("${stopFile}", "") ?? 0`);
      expect(await load).toBeGreaterThan(0);
      const ended = Date.now();
      await eventually(180, replicas, (count) => count === 1);
      const seconds = (time: number): number => Math.round(time / 1000);
      console.log(`1 to 3 pods after ${seconds(up)} s of load, back after ${seconds(Date.now() - ended)} s`);
    },
    minutes(10),
  );
});
