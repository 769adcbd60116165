import { createReadStream, statSync } from "node:fs";
import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import * as path from "node:path";

import { temporaryFolder } from "./temporary-folder";

/** What was asked for. */
export interface Seen {
  path: string;
  range: string | undefined;
  authorization: string | undefined;
}

/** Answers one request in place of the folder's file. */
export type Handler = (response: ServerResponse, seen: Seen) => void;

/** A web server on this machine: files of a folder, ranges of them too, and whatever a test puts in their place. */
export class FileServer {
  /** The folder that it serves. */
  readonly root = temporaryFolder();
  /** Every request, in their order. */
  readonly seen: Seen[] = [];
  /** By path: who answers in place of the file; `undefined` gives the file after all. */
  readonly handlers = new Map<string, (seen: Seen) => Handler | undefined>();
  /** How many bytes of files were sent. */
  sent = 0;
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => {
      this.answer(request, response);
    });
  }

  static async start(): Promise<FileServer> {
    // A proxy of whoever runs the tests does not lead here.
    process.env.NO_PROXY = process.env.no_proxy = "127.0.0.1";
    const made = new FileServer();
    await new Promise<void>((resolve) => made.server.listen(0, "127.0.0.1", resolve));
    return made;
  }

  /** Its address, without a slash at its end. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Paths that were asked for, but for those of which only the first byte was. */
  get paths(): string[] {
    return this.seen.filter(({ range }) => range !== "bytes=0-0").map((request) => request.path);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** Answers each request for a path with the next handler, and with the file when there is none left. */
  once(pathname: string, ...handlers: Handler[]): void {
    this.handlers.set(pathname, () => handlers.shift());
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname } = new URL(request.url ?? "/", this.url);
    const { range, authorization } = request.headers;
    const seen: Seen = { path: pathname, range, authorization };
    this.seen.push(seen);
    const handler = this.handlers.get(pathname)?.(seen);
    if (handler) handler(response, seen);
    else this.sendFile(response, seen);
  }

  private sendFile(response: ServerResponse, { path: pathname, range }: Seen): void {
    const file = path.join(this.root, pathname.endsWith("/") ? `${pathname}index.html` : pathname);
    const entry = statSync(file, { throwIfNoEntry: false });
    if (!entry?.isFile()) {
      response.writeHead(404).end();
      return;
    }
    const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(range ?? "") ?? [];
    const start = Number(from ?? 0);
    if (range !== undefined && start >= entry.size) {
      response.writeHead(416, { "Content-Range": `bytes */${entry.size}` }).end();
      return;
    }
    const end = to ? Math.min(Number(to), entry.size - 1) : entry.size - 1;
    const headers = { "Content-Length": end - start + 1 };
    if (range === undefined) response.writeHead(200, headers);
    else response.writeHead(206, { ...headers, "Content-Range": `bytes ${start}-${end}/${entry.size}` });
    createReadStream(file, { start, end })
      .on("data", (chunk) => (this.sent += chunk.length))
      .pipe(response);
  }
}
