import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import * as path from "node:path";

import { download } from "../../../../toolchain/release/download";
import { FetchFailure } from "../../../../toolchain/release/failure";
import { Web } from "../../../../toolchain/release/web";
import { temporaryFolder } from "../../../support/temporary-folder";
import { FileServer, type Handler } from "../../../support/file-server";

const content = randomBytes(300_000);
const sha256 = createHash("sha256").update(content).digest("hex");
const url = "https://dl.k8s.io/v1/kubelet";
const place = "/dl.k8s.io/v1/kubelet";

let server: FileServer;
let web: Web;
let folder: string;
let interruption: AbortController;

beforeEach(async () => {
  server = await FileServer.start();
  mkdirSync(path.join(server.root, path.dirname(place)), { recursive: true });
  writeFileSync(path.join(server.root, place), content);
  folder = path.join(temporaryFolder(), "downloads");
  interruption = new AbortController();
  web = new Web(interruption.signal, server.url, { silence: 300, tries: 3, pause: 5 });
});

afterEach(async () => {
  await web.close();
  await server.stop();
});

const fetchIt = (wanted = { url, name: "kubelet", sha256 }, onBytes = jest.fn()): Promise<string> =>
  download(web, wanted, folder, onBytes);

async function failureOf(attempt: Promise<unknown>): Promise<FetchFailure> {
  const failure: unknown = await attempt.catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(FetchFailure);
  return failure as FetchFailure;
}

/** Sends the first bytes and then breaks the connection off. */
const cutAfter =
  (bytes: number): Handler =>
  (response) => {
    response.writeHead(200, { "Content-Length": content.length });
    response.write(content.subarray(0, bytes), () => setTimeout(() => response.destroy(), 20));
  };

const files = (): string[] => readdirSync(folder).sort();

it("gives a file whose checksum is right, and tells how far it is", async () => {
  const onBytes = jest.fn();
  const file = await fetchIt(undefined, onBytes);
  expect(readFileSync(file).equals(content)).toBe(true);
  expect(files()).toEqual([path.basename(file)]);
  expect(onBytes).toHaveBeenLastCalledWith(content.length, content.length);
});

it("does not fetch again what is there, unless it was changed", async () => {
  const file = await fetchIt();
  await fetchIt();
  expect(server.seen).toHaveLength(1);
  writeFileSync(file, "something else");
  expect(readFileSync(await fetchIt()).equals(content)).toBe(true);
});

it("deletes a file with a wrong checksum, and names file, address, and both checksums", async () => {
  const wanted = { url, name: "kubelet", sha256: "0".repeat(64) };
  const { message, advice } = await failureOf(fetchIt(wanted));
  expect(message).toBe(
    `kubelet from ${server.url}${place} is not what was published: its SHA-256 is ${sha256}, ` +
      `the published one ${"0".repeat(64)}`,
  );
  expect(advice).toMatch(/^Do not go around it/);
  expect(files()).toEqual([]);
  expect(server.seen).toHaveLength(1);
});

it("takes up what was cut off where it ended, and fetches no byte twice", async () => {
  server.once(place, cutAfter(100_000));
  expect(readFileSync(await fetchIt()).equals(content)).toBe(true);
  expect(server.seen.map(({ range }) => range)).toEqual([undefined, "bytes=100000-"]);
  expect(server.sent).toBe(content.length - 100_000);
});

it("takes up what an earlier run left", async () => {
  server.handlers.set(place, () => cutAfter(100_000));
  const { message, transient } = await failureOf(
    download(
      new Web(interruption.signal, server.url, { tries: 1 }),
      { url, name: "kubelet", sha256 },
      folder,
      jest.fn(),
    ),
  );
  expect(message).toContain(`${server.url}${place}: `);
  expect(transient).toBe(true);
  expect(files()).toEqual([`${sha256.slice(0, 12)}-kubelet.partial`]);
  server.handlers.clear();
  expect(readFileSync(await fetchIt()).equals(content)).toBe(true);
  expect(server.seen.at(-1)?.range).toBe("bytes=100000-");
});

it("begins anew with a server that knows no ranges", async () => {
  const all: Handler = (response) =>
    response.writeHead(200, { "Content-Length": content.length }).end(content);
  server.once(place, cutAfter(100_000), all);
  expect(readFileSync(await fetchIt()).equals(content)).toBe(true);
  expect(server.seen).toHaveLength(2);
});

it("begins anew when the server's answer is another part than the one it was asked for", async () => {
  const other: Handler = (response) =>
    response
      .writeHead(206, { "Content-Range": `bytes 5-${content.length - 1}/${content.length}` })
      .end(content.subarray(5));
  server.once(place, cutAfter(100_000), other);
  expect(readFileSync(await fetchIt()).equals(content)).toBe(true);
  expect(server.seen.map(({ range }) => range)).toEqual([undefined, "bytes=100000-", undefined]);
});

it.each([
  ["checks what was whole already, and no more", content],
  ["begins anew when more was there than the server has", Buffer.concat([content, Buffer.from("more")])],
])("%s", async (_, left) => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, `${sha256.slice(0, 12)}-kubelet.partial`), left);
  expect(readFileSync(await fetchIt()).equals(content)).toBe(true);
  expect(server.sent).toBe(left === content ? 0 : content.length);
});

it("follows redirects, and asks there for the rest of what was cut off", async () => {
  const elsewhere: Handler = (response) => response.writeHead(302, { Location: "/cdn/kubelet" }).end();
  server.handlers.set(place, () => elsewhere);
  mkdirSync(path.join(server.root, "cdn"));
  writeFileSync(path.join(server.root, "cdn/kubelet"), content);
  server.once("/cdn/kubelet", cutAfter(100_000));
  expect(readFileSync(await fetchIt()).equals(content)).toBe(true);
  expect(server.seen.map((request) => [request.path, request.range])).toEqual([
    [place, undefined],
    ["/cdn/kubelet", undefined],
    [place, "bytes=100000-"],
    ["/cdn/kubelet", "bytes=100000-"],
  ]);
});

it("gives up a circle of redirects at once", async () => {
  server.handlers.set(place, () => (response) => response.writeHead(302, { Location: place }).end());
  const { message } = await failureOf(fetchIt());
  expect(message).toBe(`${server.url}${place}: it redirects in a circle, or more than 20 times`);
  expect(server.seen.length).toBeLessThan(30);
});

it("names the address of what is not there, says what to do, and does not ask again", async () => {
  const { message, advice } = await failureOf(
    fetchIt({ url: "https://dl.k8s.io/v2/kubelet", name: "kubelet", sha256 }),
  );
  expect(message).toBe(`${server.url}/dl.k8s.io/v2/kubelet: the server answered 404 Not Found`);
  expect(advice).toMatch(/versions\.json.*SLIPWAY_TOOLCHAIN=source/);
  expect(server.seen).toHaveLength(1);
});

it("asks again after a server's own error, and not for ever", async () => {
  const broken: Handler = (response) => response.writeHead(503).end();
  server.once(place, broken, broken);
  expect(readFileSync(await fetchIt()).equals(content)).toBe(true);
  server.seen.length = 0;
  server.handlers.set("/dl.k8s.io/other", () => broken);
  const { message } = await failureOf(fetchIt({ url: "https://dl.k8s.io/other", name: "other", sha256 }));
  expect(message).toContain("the server answered 503 Service Unavailable");
  expect(server.seen).toHaveLength(3);
});

it("does not wait for ever for a server that falls silent", async () => {
  const silent: Handler = (response) => {
    response.writeHead(200, { "Content-Length": content.length });
    response.write(content.subarray(0, 100_000));
  };
  server.once(place, silent);
  expect(readFileSync(await fetchIt()).equals(content)).toBe(true);
  expect(server.seen.map(({ range }) => range)).toEqual([undefined, "bytes=100000-"]);
  server.handlers.set("/dl.k8s.io/mute", () => () => undefined);
  const { message, advice } = await failureOf(
    fetchIt({ url: "https://dl.k8s.io/mute", name: "mute", sha256 }),
  );
  expect(message).toMatch(/mute: Headers Timeout Error$/);
  expect(advice).toMatch(/^Check the network.*SLIPWAY_RELEASE_MIRROR/);
}, 20_000);

it("ends when it is told to, and leaves nothing that counts", async () => {
  server.handlers.set(place, () => (response) => {
    response.writeHead(200, { "Content-Length": content.length });
    response.write(content.subarray(0, 1000));
  });
  const reason = new Error("ended by SIGINT");
  const onBytes = jest.fn((done: number) => {
    if (done > 0) interruption.abort(reason);
  });
  await expect(fetchIt(undefined, onBytes)).rejects.toBe(reason);
  expect(files()).toEqual([`${sha256.slice(0, 12)}-kubelet.partial`]);
});

it("says when a host is not there at all", async () => {
  const gone = new Web(interruption.signal, "http://127.0.0.1:9", { tries: 2, pause: 1 });
  const { message } = await failureOf(download(gone, { url, name: "kubelet", sha256 }, folder, jest.fn()));
  expect(message).toMatch(/^http:\/\/127\.0\.0\.1:9\/dl\.k8s\.io\/v1\/kubelet: .*(ECONNREFUSED|bad port)/);
});
