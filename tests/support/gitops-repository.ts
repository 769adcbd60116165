import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";

import { stringify } from "yaml";

import { type Asker, evaluateIn } from "./probe-pod";
import { type TestEnvironment } from "./test-environment";

const run = promisify(execFile);

/** A working copy of the repository that an environment deploys, as somebody has it who works on it. */
export class GitOpsRepository {
  readonly folder = mkdtempSync(path.join(tmpdir(), "slipway-gitops-"));

  private constructor(
    private readonly environment: TestEnvironment,
    private readonly image: string,
  ) {}

  /** Empty, with the environment's Git server as where it is pushed to. */
  static async of(environment: TestEnvironment): Promise<GitOpsRepository> {
    const image = await environment.kubectl(
      ...["get", "deployment", "-n", "shop", "storefront"],
      ...["-o", "jsonpath={.spec.template.spec.containers[0].image}"],
    );
    const repository = new GitOpsRepository(environment, image);
    await repository.git("init", "--quiet", "--initial-branch", "main");
    await repository.git("remote", "add", "origin", await environment.output("gitUrl"));
    return repository;
  }

  /** Writes a document, commits it and pushes the commit. Gives when the commit was begun, in milliseconds. */
  async commit(message: string, documents: readonly object[]): Promise<number> {
    const text = documents.map((document) => stringify(document)).join("---\n");
    writeFileSync(path.join(this.folder, "greeter.yaml"), text);
    await this.git("add", "--all");
    const begin = Date.now();
    await this.git("commit", "--quiet", "--message", message);
    await this.git("push", "--quiet", "origin", "main");
    return begin;
  }

  /** The same of a program that answers with its version, in two pods. */
  async release(version: string): Promise<number> {
    return await this.commit(`Release ${version}`, greeter(version, this.image));
  }

  /** What the commit that is there now is called. */
  async revision(): Promise<string> {
    return await this.git("rev-parse", "HEAD");
  }

  /**
   * When the first of an unbroken row of requests was answered with the version, in milliseconds: two pods share the
   * requests, and of thirty that both could have had all were had by new ones.
   */
  async answersEverywhere(asker: Asker, version: string): Promise<number> {
    const { first } = await evaluateIn<{ first: number }>(this.environment, asker, rowOf(30, version));
    return first;
  }

  async git(...args: string[]): Promise<string> {
    const identity = ["-c", "user.name=tester", "-c", "user.email=tester@localhost"];
    const { stdout } = await run("git", [...identity, ...args], { cwd: this.folder });
    return stdout.trim();
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}

/** Node's expression for a row of equal answers, each over a connection of its own. It gives up after four minutes. */
const rowOf = (length: number, version: string): string => `await (async () => {
  const ask = () => new Promise((resolve) => {
    const options = { agent: false, timeout: 2000 };
    const request = require("http").get("http://greeter.apps/", options, (response) => {
      let text = "";
      response.on("data", (chunk) => (text += chunk)).on("end", () => resolve(text));
    });
    request.on("error", () => resolve("")).on("timeout", () => request.destroy());
  });
  const deadline = Date.now() + 240000;
  let first = 0;
  for (let row = 0; row < ${length}; ) {
    const at = Date.now();
    const answer = await ask();
    if (at > deadline) throw new Error("no row of ${version}; last answer: " + answer);
    row = answer === ${JSON.stringify(version)} ? row + 1 : 0;
    if (row === 1) first = at;
    if (row === 0) await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { first };
})()`;

const program = `const server = require("http").createServer((_, response) => response.end(process.env.VERSION));
server.listen(8080);
process.on("SIGTERM", () => server.close());`;

/** A Deployment of two pods, its Service, and who may call it: everybody in the cluster. */
export function greeter(version: string, image: string): object[] {
  const labels = { "app.kubernetes.io/name": "greeter" };
  const metadata = { name: "greeter", labels };
  const container = {
    name: "app",
    image,
    command: ["node", "-e", program],
    env: [{ name: "VERSION", value: version }],
    ports: [{ name: "http", containerPort: 8080 }],
    readinessProbe: { httpGet: { path: "/", port: "http" }, periodSeconds: 1 },
    lifecycle: { preStop: { sleep: { seconds: 3 } } },
    resources: { requests: { cpu: "20m", memory: "32Mi" }, limits: { memory: "128Mi" } },
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
      runAsNonRoot: true,
      runAsUser: 65532,
      seccompProfile: { type: "RuntimeDefault" },
    },
  };
  return [
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata,
      spec: {
        replicas: 2,
        progressDeadlineSeconds: 30,
        strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: 2 } },
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            automountServiceAccountToken: false,
            terminationGracePeriodSeconds: 5,
            containers: [container],
          },
        },
      },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata,
      spec: { selector: labels, ports: [{ port: 80, targetPort: "http" }] },
    },
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata,
      spec: {
        podSelector: { matchLabels: labels },
        ingress: [{ from: [{ namespaceSelector: {} }], ports: [{ port: 8080 }] }],
      },
    },
  ];
}
