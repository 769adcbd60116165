import { setTimeout as sleep } from "node:timers/promises";

import type { ClusterApi } from "../../tests/support/cluster-api";

const pauseMilliseconds = 100;

/** Asks an API ten times a second whether it is ready, through the load balancer. */
export class ApiProbe {
  private stopping = false;
  private lastAnswer = Date.now();
  private longest = 0;
  private readonly done: Promise<void>;

  constructor(private readonly api: ClusterApi) {
    this.done = this.run();
  }

  /** Ends it; gives the longest time between two answers, in seconds. */
  async end(): Promise<number> {
    this.stopping = true;
    await this.done;
    return this.longest / 1000;
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      const { status } = await this.api.ask("/readyz", { timeoutSeconds: 1 });
      const now = Date.now();
      if (status === 200) {
        this.longest = Math.max(this.longest, now - this.lastAnswer);
        this.lastAnswer = now;
      }
      await sleep(pauseMilliseconds);
    }
  }
}
