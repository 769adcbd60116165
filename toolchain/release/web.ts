import { setTimeout as sleep } from "node:timers/promises";

import { Agent, type Dispatcher, EnvHttpProxyAgent, type Response, fetch } from "undici";

import { FetchFailure, networkFailure, statusFailure } from "./failure";

/** How long the network is waited for. */
export interface Patience {
  /** For a connection, in milliseconds. */
  connect: number;
  /** For the next byte, in milliseconds. */
  silence: number;
  /** How many tries in a row may give no further byte. */
  tries: number;
  /** Before the second try, in milliseconds; it doubles with each. */
  pause: number;
}

const usual: Patience = { connect: 10_000, silence: 30_000, tries: 5, pause: 1000 };

/** No download is taken up more often than this, however little each try gives. */
const mostTries = 50;

/** The largest text that is read: a list of checksums, or a manifest. In bytes. */
const largestText = 4 * 2 ** 20;

const isThisMachine = ({ hostname }: URL): boolean => /^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname);

/**
 * The base address of a mirror: `SLIPWAY_RELEASE_MIRROR`, without a slash at its end. Checksums come from it too, so that
 * one without TLS has to be of this machine, or wanted by `SLIPWAY_RELEASE_MIRROR_INSECURE=1`.
 *
 * @throws Error that names the setting and its value, if that is no address, or one that anybody on the way may answer for
 */
export function mirrorOf(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const { SLIPWAY_RELEASE_MIRROR: value, SLIPWAY_RELEASE_MIRROR_INSECURE: insecure } = environment;
  if (!value) return undefined;
  if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol)) {
    throw new Error(
      `SLIPWAY_RELEASE_MIRROR is "${value}"; write an address, as in https://mirror.example/releases`,
    );
  }
  const address = new URL(value);
  if (address.protocol === "http:" && !isThisMachine(address) && insecure !== "1") {
    throw new Error(
      `SLIPWAY_RELEASE_MIRROR is "${value}": whoever is on the way can change what is fetched, and its checksums; ` +
        "write https://, or SLIPWAY_RELEASE_MIRROR_INSECURE=1 if that network is trusted",
    );
  }
  return value.replace(/\/+$/, "");
}

/** Which proxy there is, if any: https://undici.nodejs.org/#/docs/api/EnvHttpProxyAgent */
const proxyVariables = ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"] as const;

/** What fetches: it follows redirects, keeps to HTTPS, waits no longer than its patience, and knows the mirror. */
export class Web {
  readonly patience: Patience;
  private readonly dispatcher: Dispatcher;

  /**
   * @param signal - ends everything that goes on
   * @param mirror - `<mirror>/HOST/path` stands for `https://HOST/path`; default: none
   * @param patience - default: 10 s for a connection, 30 s for a byte, 5 tries
   */
  constructor(
    readonly signal: AbortSignal,
    private readonly mirror?: string,
    patience: Partial<Patience> = {},
  ) {
    this.patience = { ...usual, ...patience };
    const { connect, silence } = this.patience;
    const options = { connect: { timeout: connect }, headersTimeout: silence, bodyTimeout: silence };
    const proxied = proxyVariables.some((name) => process.env[name]);
    this.dispatcher = proxied ? new EnvHttpProxyAgent(options) : new Agent(options);
  }

  /** Closes the connections that are kept for later. */
  async close(): Promise<void> {
    await this.dispatcher.destroy();
  }

  /** The address that is asked in place of an official one. */
  locate(url: string): string {
    return this.mirror === undefined ? url : url.replace(/^https:\//, this.mirror);
  }

  /**
   * Asks once.
   *
   * @param accept - further status codes that are an answer; default: none but 2xx
   * @throws FetchFailure for another status, or without an answer
   */
  async open(
    official: string,
    headers: Readonly<Record<string, string>> = {},
    accept: readonly number[] = [],
  ): Promise<Response> {
    const response = await this.ask(official, headers, this.signal);
    if (response.ok || accept.includes(response.status)) return response;
    await response.body?.cancel();
    throw statusFailure(this.locate(official), response.status, response.statusText);
  }

  /**
   * Status of an address. It asks for one byte, as where GitHub redirects to only GET is allowed.
   *
   * @throws FetchFailure without an answer within `timeout` milliseconds
   */
  async status(official: string, timeout: number): Promise<number> {
    const silence = new AbortController();
    // Not AbortSignal.timeout(), which is collected as garbage before its time: https://github.com/nodejs/node/issues/57736
    const timer = setTimeout(() => {
      silence.abort(new DOMException("The operation was aborted due to timeout", "TimeoutError"));
    }, timeout);
    try {
      const signal = AbortSignal.any([this.signal, silence.signal]);
      const response = await this.ask(official, { Range: "bytes=0-0" }, signal);
      await response.body?.cancel();
      return response.status;
    } finally {
      clearTimeout(timer);
    }
  }

  private async ask(
    official: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Response> {
    const url = this.locate(official);
    try {
      // Identity: what is counted and resumed must be the very bytes that are published.
      const response = await fetch(url, {
        headers: { "Accept-Encoding": "identity", ...headers },
        signal,
        dispatcher: this.dispatcher,
      });
      if (url.startsWith("https:") && !response.url.startsWith("https:")) {
        await response.body?.cancel();
        throw new FetchFailure(
          `${url}: it redirects to ${response.url}, which is not HTTPS`,
          "Do not go around it: somebody between you and the server may have changed it.",
        );
      }
      return response;
    } catch (error) {
      this.signal.throwIfAborted();
      throw error instanceof FetchFailure ? error : networkFailure(url, error);
    }
  }

  /** A small text, with its response's headers. @throws FetchFailure when it cannot be had, or is no small text */
  async text(
    official: string,
    headers: Readonly<Record<string, string>> = {},
    accept: readonly number[] = [],
  ): Promise<{ text: Buffer; response: Response }> {
    return this.persist(
      () => 0,
      async () => {
        const response = await this.open(official, headers, accept);
        return { text: await this.read(official, response), response };
      },
    );
  }

  private async read(official: string, response: Response): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of this.chunks(official, response)) {
      size += chunk.length;
      if (size > largestText) {
        throw new FetchFailure(
          `${this.locate(official)}: more than ${largestText / 2 ** 20} MiB, where a short text was expected`,
          "Look at what the server has there.",
        );
      }
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }

  /** What a response brings, piece by piece. @throws FetchFailure when it breaks off */
  async *chunks(official: string, response: Response): AsyncGenerator<Buffer, void> {
    if (!response.body) return;
    try {
      for await (const chunk of response.body as AsyncIterable<Uint8Array>) yield Buffer.from(chunk);
    } catch (error) {
      this.signal.throwIfAborted();
      throw networkFailure(this.locate(official), error);
    }
  }

  /**
   * Tries until it works: after what may pass, and not for longer than patience lasts.
   *
   * @param reached - how far the tries have come, in bytes: a try that came further is no try in vain
   * @throws the last try's error
   */
  async persist<T>(reached: () => number, attempt: () => Promise<T>): Promise<T> {
    let inVain = 0;
    for (let tries = 1; ; tries++) {
      const before = reached();
      try {
        return await attempt();
      } catch (error) {
        this.signal.throwIfAborted();
        inVain = reached() > before ? 1 : inVain + 1;
        const transient = error instanceof FetchFailure && error.transient;
        if (!transient || inVain >= this.patience.tries || tries >= mostTries) throw error;
        await sleep(this.patience.pause * 2 ** (inVain - 1), undefined, { signal: this.signal });
      }
    }
  }
}
