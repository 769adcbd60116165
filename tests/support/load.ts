import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { partDirectory } from "../../toolchain/cache";
import { parts } from "../../toolchain/parts";

/** A request that was not answered as it should have been: by k6's word, and when, in milliseconds since 1970. */
export interface LostRequest {
  readonly begin: number;
  readonly at: number;
  readonly page: string;
  /** 0 where there was no answer. */
  readonly status: number;
  readonly error: string;
}

/** How a load went. */
export interface LoadReport {
  /** Requests that were answered as they should have been. */
  readonly answered: number;
  readonly lost: readonly LostRequest[];
  /** Requests that k6 could not send when it should have. */
  readonly unsent: number;
  /** What k6 said, for when something is odd. */
  readonly said: string;
}

/** A request that hangs is given up after this long; k6's script has the same. */
const requestTimeoutMilliseconds = 15_000;

interface Summary {
  readonly metrics: Readonly<Record<string, { readonly count?: number } | undefined>>;
}

/** k6 that sends a customer's requests to the shop, at a constant rate whatever the answers are. */
export class Load {
  private readonly folder = mkdtempSync(path.join(tmpdir(), "slipway-load-"));
  private readonly summary = path.join(this.folder, "summary.json");
  private readonly k6: ChildProcess;
  private readonly ended: Promise<void>;
  private said = "";

  /**
   * @param url the shop's, with `/` at its end
   * @throws Error when k6 is not built
   */
  constructor(url: string, perSecond: number) {
    const program = path.join(partDirectory(parts.k6), "k6");
    if (!existsSync(program)) throw new Error("k6 is not built: npx tsx toolchain/build.ts --for tests");
    this.k6 = spawn(
      program,
      [
        ...["run", "--quiet", "--no-usage-report", "--log-format", "raw", "--address", "127.0.0.1:0"],
        ...["--summary-export", this.summary, path.join(__dirname, "shop-pages.mjs")],
      ],
      {
        env: { ...process.env, SHOP_URL: url, RATE: String(perSecond), CUSTOMER: randomUUID() },
        stdio: ["ignore", "ignore", "pipe"],
      },
    );
    this.k6.stderr?.on("data", (bytes: Buffer) => (this.said += bytes.toString()));
    this.ended = new Promise((resolve, reject) => {
      this.k6.on("error", reject).on("close", () => {
        resolve();
      });
    });
  }

  /**
   * Ends it, some time after what was to be looked at is over, so that a request that hung since then counts.
   * @throws Error with what k6 said, when no request was answered
   */
  async end(): Promise<LoadReport> {
    if (this.k6.exitCode === null) await sleep(requestTimeoutMilliseconds + 1000);
    const end = Date.now();
    this.k6.kill("SIGINT");
    await this.ended;
    try {
      const { said } = this;
      // What k6 itself cuts off when it ends was not lost by the shop.
      return { ...this.counted(), lost: lostRequests(said).filter(({ at }) => at < end), said };
    } finally {
      rmSync(this.folder, { recursive: true });
    }
  }

  private counted(): Pick<LoadReport, "answered" | "unsent"> {
    const { metrics } = JSON.parse(readFileSync(this.summary, "utf8")) as Summary;
    const answered = metrics.answered?.count ?? 0;
    if (answered === 0) throw new Error(`k6 got no answer. ${this.said}`);
    return { answered, unsent: metrics.dropped_iterations?.count ?? 0 };
  }
}

/** The requests that k6's standard error tells of. */
export function lostRequests(said: string): LostRequest[] {
  return said
    .split("\n")
    .filter((line) => line.startsWith('{"begin"'))
    .map((line) => JSON.parse(line) as LostRequest);
}
