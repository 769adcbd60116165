import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";

import { pythonWithTools } from "../../../toolchain/python/tools";

const run = promisify(execFile);

/** A request that an AWS API got. */
export interface AwsRequest {
  /** The service as requests are signed for it: `ec2`, `secretsmanager`; empty when it was not signed. */
  readonly service: string;
  /** `DescribeVpcs`; for S3 and others that speak REST the method and the path. */
  readonly action: string;
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
      [path.join(__dirname, "moto_server.py"), host, path.join(folder, "requests")],
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
