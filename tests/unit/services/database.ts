import * as path from "node:path";
import { Worker } from "node:worker_threads";
import { OrderBook } from "../../../services/orders/src/order-book";
import { type Database, schema } from "../../../services/orders/src/schema";

const program = path.join(__dirname, "../../support/pglite-worker.mjs");

interface Answer {
  readonly id: number;
  readonly rows?: unknown;
  readonly error?: string;
}

/** A PostgreSQL of the test's own, without a server. */
export class TestDatabase implements Database {
  private readonly worker = new Worker(program);
  private asked = 0;

  query<Row extends object>(text: string, values: unknown[]): Promise<Row[]> {
    return this.ask<Row[]>({ text, values });
  }

  /** Several statements, as the schema is. */
  async run(text: string): Promise<void> {
    await this.ask({ text });
  }

  async close(): Promise<void> {
    await this.worker.terminate();
  }

  private ask<T>(question: object): Promise<T> {
    const id = this.asked++;
    return new Promise((resolve, reject) => {
      const hear = (answer: Answer) => {
        if (answer.id !== id) return;
        this.worker.off("message", hear);
        if (answer.error === undefined) resolve(answer.rows as T);
        else reject(new Error(answer.error));
      };
      this.worker.on("message", hear);
      this.worker.postMessage({ ...question, id });
    });
  }
}

/** A database with the shop's schema, and the book of orders in it. */
export async function orderBook(): Promise<{ book: OrderBook; database: TestDatabase }> {
  const database = new TestDatabase();
  await database.run(schema);
  return { book: new OrderBook(database), database };
}
