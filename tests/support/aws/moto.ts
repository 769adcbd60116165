import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";

import { pythonWithTools } from "../../../toolchain/python/tools";

const run = promisify(execFile);

/** The account that moto has. */
export const accountId = "123456789012";

/** A request that an AWS API got. */
export interface AwsRequest {
  /** The service as requests are signed for it: `ec2`, `secretsmanager`; empty when it was not signed. */
  readonly service: string;
  /** `DescribeVpcs`; for S3 and others that speak REST the method and the path. */
  readonly action: string;
  /** Of those that speak XML: the short ones of its parameters, as they are sent. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** moto, a server that answers like AWS' APIs, on a port of its own: for one test file. */
export class Moto {
  private constructor(
    private readonly process: ChildProcess,
    private readonly folder: string,
    private readonly host: string,
    /** The port that it listens on. */
    readonly port: number,
  ) {}

  /**
   * @param host address to listen on; default: 127.0.0.1
   * @throws Error when it does not start
   */
  static async start(host = "127.0.0.1"): Promise<Moto> {
    const folder = mkdtempSync(path.join(tmpdir(), "slipway-moto-"));
    // Its input is a pipe of this process: when that closes, for whatever reason, it ends.
    const child = spawn(
      pythonWithTools(),
      [path.join(__dirname, "moto_server.py"), host, path.join(folder, "requests"), folder],
      { stdio: ["pipe", "pipe", "pipe"] },
    );
    let said = "";
    child.stderr.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000)));
    const port = await new Promise<number>((resolve, reject) => {
      child.stdout.once("data", (chunk: Buffer) => {
        resolve(Number(chunk.toString()));
      });
      child.once("error", reject);
      child.once("exit", (code) => {
        reject(new Error(`moto ended with code ${String(code)}: ${said}`));
      });
    });
    return new Moto(child, folder, host, port);
  }

  get url(): string {
    return `http://${this.host}:${this.port}`;
  }

  /** The variables that send every AWS client to it. Its credentials open nothing else. */
  get variables(): NodeJS.ProcessEnv {
    return {
      AWS_ACCESS_KEY_ID: "testing",
      AWS_SECRET_ACCESS_KEY: "testing",
      AWS_SESSION_TOKEN: undefined,
      AWS_PROFILE: undefined,
      AWS_CONFIG_FILE: "/dev/null",
      AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_ENDPOINT_URL: this.url,
      // S3 Control's clients put the account before the endpoint's host, a name that does not exist.
      HTTP_PROXY: this.url,
      NO_PROXY: this.host,
    };
  }

  /** What was asked since it started, or since {@link forgetRequests}. */
  requests(): AwsRequest[] {
    const log = path.join(this.folder, "requests");
    if (!existsSync(log)) return [];
    const lines = readFileSync(log, "utf8").trim().split("\n").filter(Boolean);
    return lines.map((line) => JSON.parse(line) as AwsRequest);
  }

  forgetRequests(): void {
    rmSync(path.join(this.folder, "requests"), { force: true });
  }

  /** The file whose text is what an instance has printed on its console. */
  consoleFile(instanceId: string): string {
    return path.join(this.folder, instanceId);
  }

  /**
   * Calls an API that speaks XML, as a person who may do everything. moto knows the service by the signature's scope.
   *
   * @returns the answer, XML
   * @throws Error with what it answered when it refuses
   */
  async call(
    [service, version]: readonly [string, string],
    action: string,
    parameters: Readonly<Record<string, string>>,
    region = "eu-central-1",
  ): Promise<string> {
    const scope = `testing/20260101/${region}/${service}/aws4_request`;
    const response = await fetch(this.url, {
      method: "POST",
      headers: { Authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0` },
      body: new URLSearchParams({ Action: action, Version: version, ...parameters }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(text);
    return text;
  }

  /** What there is: kinds of things to their names, without those of which there is none, and what AWS has by itself. */
  async contents(region: string): Promise<Record<string, string[]>> {
    const env = { ...process.env, ...this.variables, AWS_DEFAULT_REGION: region };
    const { stdout } = await run(pythonWithTools(), [path.join(__dirname, "contents.py")], { env });
    return JSON.parse(stdout) as Record<string, string[]>;
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.process.once("exit", resolve));
    if (this.process.exitCode === null && this.process.signalCode === null) {
      this.process.stdin?.end();
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
