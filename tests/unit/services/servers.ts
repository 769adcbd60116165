import { createServer } from "node:http";
import type { RequestListener, Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Instance } from "../../../services/shared/src";

/** An instance that says nothing about the machine the tests run on. */
export function testInstance(service: string): Instance {
  return { service, version: "1.2.3", pod: `${service}-abc`, node: "pool-0", phase: "serving" };
}

export function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A server that answers as the test says, such as a catalog in trouble. */
export function fakeServer(answer: RequestListener): Promise<Server> {
  const server = createServer(answer);
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      resolve(server);
    });
  });
}

export function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve, reject) => {
    server.close((error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}

/** Keeps the log out of the tests' own output, until jest.restoreAllMocks. */
export function captureLog() {
  return jest.spyOn(process.stdout, "write").mockImplementation(() => true);
}

/** The lines that are logged while `action` runs. */
export async function logged(action: () => Promise<unknown>): Promise<Record<string, unknown>[]> {
  const write = captureLog().mockClear();
  await action();
  return write.mock.calls.map(([line]) => JSON.parse(String(line)) as Record<string, unknown>);
}
