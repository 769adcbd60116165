// PostgreSQL in a thread of its own: jest's modules cannot load it.
import { parentPort } from "node:worker_threads";
import { PGlite } from "@electric-sql/pglite";

const database = new PGlite();

parentPort.on("message", async ({ id, text, values }) => {
  try {
    const rows = values ? (await database.query(text, values)).rows : void (await database.exec(text));
    parentPort.postMessage({ id, rows });
  } catch (error) {
    parentPort.postMessage({ id, error: String(error) });
  }
});
