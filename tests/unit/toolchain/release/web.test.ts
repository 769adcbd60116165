import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";

import { Web, mirrorOf } from "../../../../toolchain/release/web";
import { FileServer } from "../../../support/file-server";

const never = new AbortController().signal;

describe("SLIPWAY_RELEASE_MIRROR", () => {
  it.each([
    [undefined, undefined],
    ["", undefined],
    ["https://mirror:8080", "https://mirror:8080"],
    ["https://mirror.example/a/b//", "https://mirror.example/a/b"],
  ])("of %j gives %j", (value, expected) => {
    expect(mirrorOf({ SLIPWAY_RELEASE_MIRROR: value })).toBe(expected);
  });

  it.each(["mirror.example", "ftp://mirror.example", "/srv/mirror"])("of %j is refused", (value) => {
    expect(() => mirrorOf({ SLIPWAY_RELEASE_MIRROR: value })).toThrow(
      `SLIPWAY_RELEASE_MIRROR is "${value}"; write an address`,
    );
  });

  it("has to be asked over TLS, unless it is this machine, or somebody says that it need not", () => {
    const settings = { SLIPWAY_RELEASE_MIRROR: "http://mirror.example/releases" };
    expect(() => mirrorOf(settings)).toThrow(
      "write https://, or SLIPWAY_RELEASE_MIRROR_INSECURE=1 if that network is trusted",
    );
    expect(mirrorOf({ ...settings, SLIPWAY_RELEASE_MIRROR_INSECURE: "1" })).toBe(
      "http://mirror.example/releases",
    );
    for (const own of ["http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080"])
      expect(mirrorOf({ SLIPWAY_RELEASE_MIRROR: own })).toBe(own);
    expect(() => mirrorOf({ SLIPWAY_RELEASE_MIRROR: "http://127.0.0.1.example" })).toThrow("write https://");
  });

  it("stands in front of an official address, and changes no other", () => {
    const official = "https://dl.k8s.io/v1/kubelet";
    expect(new Web(never).locate(official)).toBe(official);
    const mirrored = new Web(never, "https://mirror.example/releases");
    expect(mirrored.locate(official)).toBe("https://mirror.example/releases/dl.k8s.io/v1/kubelet");
    expect(mirrored.locate("http://127.0.0.1:1/token")).toBe("http://127.0.0.1:1/token");
  });
});

describe("a text", () => {
  let server: FileServer;

  beforeEach(async () => {
    server = await FileServer.start();
  });

  afterEach(async () => {
    await server.stop();
  });

  it("is read whole when it came in the second try", async () => {
    const web = new Web(never, server.url, { pause: 5 });
    server.once(
      "/host/sums",
      (response) => response.writeHead(502).end(),
      (response) => response.end("hash  name\n"),
    );
    expect((await web.text("https://host/sums")).text.toString()).toBe("hash  name\n");
    await web.close();
  });

  it("is not read without an end", async () => {
    server.handlers.set("/host/sums", () => (response) => response.end(Buffer.alloc(5 * 2 ** 20)));
    const web = new Web(never, server.url);
    await expect(web.text("https://host/sums")).rejects.toThrow(/sums: more than 4 MiB, where a short text/);
    await web.close();
  });

  it("comes through the proxy that the environment names", async () => {
    const tunnels: string[] = [];
    const proxy = createServer().on("connect", (request, socket) => {
      tunnels.push(request.url ?? "");
      const upstream = connect(Number(new URL(server.url).port), "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
        socket.pipe(upstream).pipe(socket);
      });
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    server.handlers.set("/host/sums", () => (response) => response.end("through"));
    process.env.http_proxy = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    try {
      // The name is known to nobody but the proxy.
      const web = new Web(never, "http://mirror.invalid");
      expect((await web.text("https://host/sums")).text.toString()).toBe("through");
      await web.close();
    } finally {
      delete process.env.http_proxy;
      proxy.close();
      proxy.closeAllConnections();
    }
    expect(tunnels).toEqual(["mirror.invalid:80"]);
  });
});
