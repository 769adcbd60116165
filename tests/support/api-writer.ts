import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import type { ClusterApi } from "./cluster-api";

/** A request that the API did not answer as it should have. */
export interface FailedWrite {
  /** In milliseconds since 1970: from when it was sent to when it had failed. */
  readonly begin: number;
  readonly end: number;
  readonly answer: string;
}

const label = "slipway-test/writer";
const pauseMilliseconds = 200;

/** A client that writes to the API all the time, an object after the other, each over a connection of its own. */
export class ApiWriter {
  /** Names of the objects that the API said it has. */
  readonly acknowledged: string[] = [];
  readonly failed: FailedWrite[] = [];
  private readonly id = randomBytes(4).toString("hex");
  private stopping = false;
  private done: Promise<void> = Promise.resolve();

  constructor(private readonly api: ClusterApi) {}

  start(): void {
    this.done = this.run();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.done;
  }

  /** The acknowledged objects that the API does not have. */
  async missing(): Promise<string[]> {
    const selector = encodeURIComponent(`${label}=${this.id}`);
    const { items } = await this.api.read<{ items: { metadata: { name: string } }[] }>(
      `/api/v1/namespaces/default/configmaps?labelSelector=${selector}`,
    );
    const there = new Set(items.map(({ metadata }) => metadata.name));
    return this.acknowledged.filter((name) => !there.has(name));
  }

  /**
   * The longest time in which the API took nothing, in seconds: from the last write before it that was acknowledged to the
   * first one after it; 0 when none has failed.
   */
  get longestGap(): number {
    return Math.max(0, ...this.gaps);
  }

  private readonly gaps: number[] = [];

  private async run(): Promise<void> {
    let lastTaken = Date.now();
    let hasFailed = false;
    for (let number = 0; !this.stopping; number++) {
      const name = `written-${this.id}-${number}`;
      const begin = Date.now();
      const { status, text } = await this.api.ask("/api/v1/namespaces/default/configmaps", {
        method: "POST",
        body: {
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: { name, labels: { [label]: this.id } },
          data: { number: String(number) },
        },
      });
      if (status === 201) {
        if (hasFailed) this.gaps.push((Date.now() - lastTaken) / 1000);
        hasFailed = false;
        lastTaken = Date.now();
        this.acknowledged.push(name);
      } else {
        hasFailed = true;
        this.failed.push({ begin, end: Date.now(), answer: `${status} ${text.slice(0, 200)}` });
      }
      await sleep(pauseMilliseconds);
    }
  }
}
