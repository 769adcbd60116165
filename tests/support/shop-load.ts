import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import type { TestEnvironment } from "./test-environment";

/** A request that was not answered as it should have been. */
export interface Lost {
  readonly at: string;
  readonly request: string;
  readonly answer: string;
}

const goodCard = "4242424242424242";

/** Cents of a storm lantern with shipping. */
const lanternCents = 5400 + 690;

/** Orders a storm lantern, and gives the status of the answer; what a browser would send. */
export async function order(url: string, customer: string, id: string): Promise<number> {
  const response = await fetch(`${url}checkout`, {
    method: "POST",
    redirect: "manual",
    headers: { cookie: `customer=${customer}; cart=storm-lantern.1` },
    body: new URLSearchParams({ order: id, total: String(lanternCents), name: "Ada", card: goodCard }),
    signal: AbortSignal.timeout(20_000),
  });
  await response.arrayBuffer();
  return response.status;
}

/** A constant rate of requests to a shop: products, carts, lists of orders and, every fourth one, an order. */
export class ShopLoad {
  readonly customer = randomUUID();
  /** Ids of the orders that the shop said it has. */
  readonly acknowledged: string[] = [];
  readonly lost: Lost[] = [];
  /** The longest time between two confirmed orders, in seconds. */
  longestOrderGap = 0;
  private lastOrder = Date.now();
  sent = 0;
  private stopping = false;
  private readonly open = new Set<Promise<void>>();
  private done: Promise<void> = Promise.resolve();

  /** @param url the shop's, with `/` at the end */
  constructor(
    private readonly url: string,
    private readonly perSecond = 10,
  ) {}

  start(): void {
    this.done = this.run();
  }

  /** Ends when every request has its answer. */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.done;
    await Promise.all(this.open);
  }

  private async run(): Promise<void> {
    const begin = performance.now();
    while (!this.stopping) {
      const request = this.request(this.sent++).finally(() => this.open.delete(request));
      this.open.add(request);
      await sleep(Math.max(0, begin + (this.sent * 1000) / this.perSecond - performance.now()));
    }
  }

  private async request(index: number): Promise<void> {
    const kind = ["products/deck-log", "cart", "orders", "checkout"][index % 4] ?? "";
    const id = randomUUID();
    const [wanted, got] =
      kind === "checkout"
        ? [303, await order(this.url, this.customer, id).catch(String)]
        : [200, await this.page(kind).catch(String)];
    if (got !== wanted) this.lost.push({ at: new Date().toISOString(), request: kind, answer: String(got) });
    else if (kind === "checkout") this.confirmed(id);
  }

  private confirmed(id: string): void {
    this.acknowledged.push(id);
    const now = Date.now();
    this.longestOrderGap = Math.max(this.longestOrderGap, (now - this.lastOrder) / 1000);
    this.lastOrder = now;
  }

  private async page(path: string): Promise<number> {
    const headers = { cookie: `customer=${this.customer}; cart=storm-lantern.1` };
    const response = await fetch(this.url + path, { headers, signal: AbortSignal.timeout(20_000) });
    await response.arrayBuffer();
    return response.status;
  }
}

/** What the shop's database answers to SQL: a line for each row. */
export async function askDatabase(environment: TestEnvironment, sql: string): Promise<string[]> {
  const script = 'PGPASSWORD=$POSTGRES_PASSWORD psql -U "$POSTGRES_USER" -d "$POSTGRES_DB" -Atc "$1"';
  const target = ["exec", "-n", "shop", "orders-db-0", "--"];
  const answer = await environment.kubectl(...target, "sh", "-c", script, "sh", sql);
  return answer.split("\n").filter((line) => line !== "");
}
