import { setTimeout as sleep } from "node:timers/promises";

import { Load, type LoadReport } from "./load";
import { ApiWriter } from "./api-writer";
import { ClusterApi } from "./cluster-api";
import { DockerEvents, type MachineEvent } from "./docker-events";
import { RollWatch } from "./roll-watch";
import { askDatabase, ShopLoad } from "./shop-load";
import type { TestEnvironment } from "./test-environment";

/** Requests of k6's a second. */
const rate = 20;
/** Of the shop's customer who places an order each second. */
const customerRate = 4;
/** Pages that need the one database, which is away while its node is. */
const needDatabase = ["checkout", "orders"];

/** What was seen of a roll from outside, while it was under load. */
export interface LoadedRoll {
  /** What the command said that rolled the machines. */
  readonly output: string;
  readonly seconds: number;
  /** What k6 says. */
  readonly pages: LoadReport;
  /** Pages that need no database and were not answered as they should have been. */
  readonly lostPages: LoadReport["lost"];
  readonly writer: ApiWriter;
  readonly customer: ShopLoad;
  readonly watch: RollWatch;
  readonly events: readonly MachineEvent[];
}

/**
 * Does something to an environment while k6 and a customer use its shop, somebody writes to its API, and somebody looks at
 * its machines twice a second.
 * @throws Error when the roll fails, or the load was not what it should be: then it says nothing
 */
export async function underLoad(
  environment: TestEnvironment,
  roll: () => Promise<string>,
): Promise<LoadedRoll> {
  const url = await environment.output("shopUrl");
  const load = new Load(url, rate);
  const [watch, events] = [await RollWatch.start(environment), new DockerEvents(environment)];
  const writer = new ApiWriter(await ClusterApi.of(environment));
  const customer = new ShopLoad(url, customerRate);
  writer.start();
  customer.start();
  await sleep(5000);
  const begin = Date.now();
  const [rolled] = await Promise.allSettled([roll()]);
  const seconds = (Date.now() - begin) / 1000;
  const pages = await load.end();
  await Promise.all([writer.stop(), customer.stop(), watch.end()]);
  events.end();
  if (rolled.status === "rejected") throw new Error("the roll failed", { cause: rolled.reason });
  if (pages.unsent > pages.answered / 100) throw new Error(`k6 did not keep its rate: ${pages.said}`);
  return {
    output: rolled.value,
    seconds,
    pages,
    lostPages: pages.lost.filter(({ page }) => !needDatabase.includes(page)),
    writer,
    customer,
    watch,
    events: events.changes,
  };
}

/** Orders that the shop confirmed to a customer, and that its database does not have. */
export async function missingOrders(
  environment: TestEnvironment,
  { customer: of, acknowledged }: ShopLoad,
): Promise<string[]> {
  const rows = new Set(await askDatabase(environment, `SELECT id FROM orders WHERE customer = '${of}'`));
  return acknowledged.filter((id) => !rows.has(id));
}

/** The machines that a preview or an update says it will replace, in the order in which it says so. */
export function announced(output: string): string[] {
  // A failed or repeated run says it again: the last one of each number counts.
  const lines = [...output.matchAll(/roll (\d+)\/\d+: ([\w-]+): /g)];
  const byNumber = new Map(lines.map(([, number = "", machine = ""]) => [Number(number), machine]));
  return [...byNumber].sort(([one], [other]) => one - other).map(([, machine]) => machine);
}
