import { setTimeout as sleep } from "node:timers/promises";
import { DatabaseError, Pool, type QueryResultRow } from "pg";
import { type Instance, log, type Need, reason, type Status, Trouble } from "../../shared/src";
import { type Database, schema } from "./schema";

/** How long a question to the database may take, with every attempt; a restart of it takes longer. */
const LIMIT_MS = 2500;

/** Before the next attempt. */
const PAUSE_MS = 100;

/**
 * PostgreSQL, found and entered by the variables PGHOST, PGPORT, PGDATABASE, PGUSER and PGPASSWORD:
 * https://www.postgresql.org/docs/15/libpq-envars.html
 *
 * Every statement of the shop's can be sent again, so it is when the connection is lost before its answer.
 */
export class PostgresDatabase implements Database, Need {
  readonly service = "orders-db";
  private readonly pool = new Pool({
    max: 10,
    connectionTimeoutMillis: 1000,
    idleTimeoutMillis: 60_000,
    query_timeout: 2000,
    statement_timeout: 2000,
    keepAlive: true,
  });
  private schemaMade: Promise<unknown> | undefined;

  constructor(instance: Instance) {
    // An idle connection that breaks concerns nobody: the pool makes another one.
    this.pool.on("error", (error) => {
      log(instance, { message: "lost a connection to the database", error: error.message });
    });
  }

  async query<Row extends QueryResultRow>(text: string, values: unknown[]): Promise<Row[]> {
    return this.withRetries(async () => {
      await this.haveSchema();
      return (await this.pool.query<Row>(text, values)).rows;
    });
  }

  async status(withinMs: number): Promise<Status> {
    const start = performance.now();
    const { service } = this;
    try {
      const late = AbortSignal.timeout(withinMs);
      const question = this.haveSchema().then(() =>
        this.pool.query<{ server_version: string }>("SHOW server_version"),
      );
      const { rows } = await Promise.race([question, rejection(late)]);
      const version = `PostgreSQL ${rows[0]?.server_version.split(" ")[0] ?? ""}`;
      const remark = `answered in ${Math.round(performance.now() - start)} ms`;
      return { service, well: true, remark, version, needs: [] };
    } catch (error) {
      return { service, well: false, remark: reason(error, withinMs), needs: [] };
    }
  }

  /** Makes the schema once in a process, and again when that failed. */
  private haveSchema(): Promise<unknown> {
    this.schemaMade ??= this.pool.query(schema).catch((error: unknown) => {
      this.schemaMade = undefined;
      throw error;
    });
    return this.schemaMade;
  }

  private async withRetries<T>(action: () => Promise<T>): Promise<T> {
    const deadline = performance.now() + LIMIT_MS;
    for (;;) {
      try {
        return await action();
      } catch (error) {
        if (!isPassing(error)) throw error;
        if (performance.now() + PAUSE_MS > deadline) {
          throw new Trouble(this.service, 503, reason(error, LIMIT_MS), { cause: error });
        }
        await sleep(PAUSE_MS);
      }
    }
  }
}

/**
 * Whether another attempt may go well: the database was not reached, is starting or stopping, is full, or undid a
 * transaction for another's sake. https://www.postgresql.org/docs/15/errcodes-appendix.html
 */
function isPassing(error: unknown): boolean {
  return !(error instanceof DatabaseError) || /^(08|40|53|57P)/.test(error.code ?? "");
}

function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => {
      reject(signal.reason as Error);
    });
  });
}
