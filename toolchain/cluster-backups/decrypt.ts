import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";

import { identityIn } from "./recovery-key";

/** What is to be decrypted, and where to. */
export interface Encrypted {
  /** For messages. */
  readonly name: string;
  readonly encrypted: Readable;
  /** Path of the file with the private half of the recovery key. */
  readonly keyFile: string;
  /** Ended when all is written; destroyed where it is not what was encrypted. */
  readonly clear: Writable;
}

/**
 * Decrypts what `age` has encrypted to a recovery key. All of it is read, so that what was changed on the way is found: what
 * came before has been written by then.
 *
 * @throws Error in one sentence when it is another key's, or not as it was written
 */
export async function decrypt({ name, encrypted, keyFile, clear }: Encrypted): Promise<void> {
  // Before anything is waited for: what a program has printed that ends while nobody reads, Node throws away.
  const source = Readable.toWeb(encrypted) as unknown as globalThis.ReadableStream<Uint8Array>;
  const { Decrypter } = await import("age-encryption");
  const decrypter = new Decrypter();
  decrypter.addIdentity(identityIn(keyFile));
  try {
    const decrypted = await decrypter.decrypt(source);
    await pipeline(Readable.fromWeb(decrypted as unknown as ReadableStream<Uint8Array>), clear);
  } catch (error) {
    clear.destroy();
    // https://github.com/FiloSottile/typage/blob/main/lib/index.ts (unwrapFileKey)
    if (String(error).includes("no identity matched")) {
      throw new Error(
        `the recovery key in ${keyFile} is not the one that ${name} was encrypted to; give the right one, as in KEY=/path`,
        { cause: error },
      );
    }
    throw new Error(`${name} is damaged: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
