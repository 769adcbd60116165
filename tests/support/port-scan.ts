import { type Asker, evaluateIn } from "./probe-pod";
import type { TestEnvironment } from "./test-environment";

/**
 * All TCP ports of each address that take a connection from a pod. What does not answer within half a second is closed.
 * @param ports which ones to try; default: all
 */
export async function openPortsFrom(
  environment: TestEnvironment,
  asker: Asker,
  addresses: readonly string[],
  ports: readonly [number, number] = [1, 65535],
): Promise<Record<string, number[]>> {
  const [first, last] = ports;
  // A few thousand at a time: each needs a file descriptor until it is answered.
  const scan = `async (address) => {
    const open = [];
    let next = ${first};
    const tryPort = (port) => new Promise((resolve) => {
      const socket = require("net").connect({ host: address, port, timeout: 500 });
      const end = () => { socket.destroy(); resolve(); };
      socket.on("connect", () => { open.push(port); end(); }).on("timeout", end).on("error", end);
    });
    const work = async () => { while (next <= ${last}) await tryPort(next++); };
    await Promise.all(Array.from({ length: 400 }, work));
    return [address, open.sort((one, other) => one - other)];
  }`;
  return await evaluateIn(
    environment,
    asker,
    `Object.fromEntries(await Promise.all(${JSON.stringify(addresses)}.map(${scan})))`,
  );
}
