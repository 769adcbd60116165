import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import * as path from "node:path";

const scripts = path.resolve("components", "machines", "aws", "files");

/** A request that one of AWS' APIs got. */
export interface ApiRequest {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** What one of them answers. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: string | Buffer;
  readonly headers?: Readonly<Record<string, string | number>>;
  /** How many bytes of it are sent before the connection is ended. Default: all. */
  readonly cutAfter?: number;
}

const metadata: Readonly<Record<string, string>> = {
  "/latest/meta-data/iam/security-credentials/": "control-plane-role",
  "/latest/meta-data/iam/security-credentials/control-plane-role": JSON.stringify({
    AccessKeyId: "AKIDEXAMPLE",
    SecretAccessKey: "not/a+secret",
    Token: "session-token",
  }),
  "/latest/meta-data/instance-id": "i-0123456789abcdef0",
  "/latest/meta-data/placement/region": "eu-central-1",
  "/latest/meta-data/services/domain": "amazonaws.com",
};

/** IMDSv2: nothing without the token that a PUT gives. */
function metadataAnswer({ method, path: url, headers }: ApiRequest): ApiAnswer {
  if (url === "/latest/api/token") return { status: method === "PUT" ? 200 : 405, body: "imds-token" };
  if (headers["x-aws-ec2-metadata-token"] !== "imds-token") return { status: 401, body: "" };
  const body = metadata[url ?? ""];
  return body === undefined ? { status: 404, body: "" } : { status: 200, body };
}

/**
 * What a machine's scripts ask, on one server: the metadata service, Secrets Manager at `/`, auto-scaling groups at
 * `/autoscaling/`, and S3 at everything else; and a folder that stands for the machine.
 */
export class MachineApis {
  /** All but those of the metadata service. */
  readonly requests: ApiRequest[] = [];
  /** What Secrets Manager answers, in order; the last again and again. */
  secrets: ApiAnswer[] = [];
  /** The same of S3. */
  objects: ApiAnswer[] = [];
  /** The same of auto-scaling groups. */
  groups: ApiAnswer[] = [];
  readonly folder = mkdtempSync(path.join(tmpdir(), "slipway-machine-"));

  private constructor(private readonly server: Server) {}

  /** @param settings of the machine, by the names of their files */
  static async start(settings: Readonly<Record<string, string>>): Promise<MachineApis> {
    const server = createServer();
    const apis = new MachineApis(server);
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      void apis.answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    mkdirSync(path.join(apis.folder, "root"));
    const places =
      `ENDPOINT_secretsmanager='${at}'\nENDPOINT_s3='${at}'\nENDPOINT_autoscaling='${at}/autoscaling'\nENDPOINT_monitoring='${at}/monitoring'\nMETADATA='${at}'\n` +
      `CONSOLE='${apis.folder}/console'\nROOT='${apis.folder}/root'\n`;
    for (const [name, text] of Object.entries({ ...settings, secrets: `SECRETS='slipway/prod'\n${places}` }))
      apis.set(name, text);
    return apis;
  }

  /** Writes one of the machine's files of settings. */
  set(name: string, text: string): void {
    writeFileSync(path.join(this.folder, `${name}.env`), text);
  }

  /** A place on the machine. */
  at(file: string): string {
    return path.join(this.folder, "root", file);
  }

  /** Writes a file of the machine's. */
  put(file: string, text: string): void {
    mkdirSync(path.dirname(this.at(file)), { recursive: true });
    writeFileSync(this.at(file), text);
  }

  /** What stands on the machine's console. */
  console(): string[] {
    return readFileSync(path.join(this.folder, "console"), "utf8").trim().split("\n");
  }

  /** Puts a program on the machine, a shell script, under a name that others call it by. */
  program(name: string, script: string): void {
    mkdirSync(path.join(this.folder, "bin"), { recursive: true });
    writeFileSync(path.join(this.folder, "bin", name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }

  /** Runs a program in Python that finds the machine's scripts; gives the code that it ends with. */
  async python(program: string): Promise<number | null> {
    const env = { ...process.env, PYTHONPATH: scripts, SLIPWAY_SETTINGS: this.folder };
    const child = spawn("python3", ["-B", "-c", program], { env, stdio: ["ignore", "ignore", "inherit"] });
    return await new Promise((resolve) => child.on("close", resolve));
  }

  /** Runs a script to its end; gives the code that it ends with, or nothing when `signal` ends it. */
  run(script: string, signal?: AbortSignal, ...args: string[]): Promise<number | null> {
    const PATH = `${this.folder}/bin:${process.env.PATH ?? ""}`;
    const env = { PATH, PYTHONPATH: scripts, SLIPWAY_SETTINGS: this.folder };
    const child = spawn("python3", ["-B", path.join(scripts, script), ...args], {
      env,
      stdio: ["ignore", "ignore", "inherit"],
      signal,
    });
    child.on("error", () => undefined);
    return new Promise((resolve) => child.on("close", resolve));
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    rmSync(this.folder, { recursive: true });
  }

  private async answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const { method, url = "", headers } = incoming;
    const request = { method, path: url, headers, body: Buffer.concat(chunks).toString() };
    if (!url.startsWith("/latest/")) this.requests.push(request);
    const { status, body, headers: more, cutAfter } = this.answerTo(request);
    response.writeHead(status, { "Content-Length": Buffer.byteLength(body), ...more });
    if (cutAfter === undefined) response.end(body);
    else response.write(body.slice(0, cutAfter), () => response.destroy());
  }

  private answerTo(request: ApiRequest): ApiAnswer {
    if (request.path?.startsWith("/latest/")) return metadataAnswer(request);
    const answers =
      request.path === "/" ? this.secrets : request.path === "/autoscaling/" ? this.groups : this.objects;
    return (answers.length > 1 ? answers.shift() : answers[0]) ?? { status: 500, body: "" };
  }
}
