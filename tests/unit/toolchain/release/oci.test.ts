import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import * as path from "node:path";

import { type Pulled, pullPrograms } from "../../../../toolchain/release/oci";
import type { ImageOrigin } from "../../../../toolchain/release/releases";
import { Web } from "../../../../toolchain/release/web";
import { temporaryFolder } from "../../../support/temporary-folder";
import { blob, manifest, writeImage } from "../../../support/release-mirror";
import { FileServer } from "../../../support/file-server";

const origin: ImageOrigin = {
  kind: "image",
  registry: "registry.example",
  repository: "team/tool",
  tag: "v1",
  members: { tool: "usr/bin/tool" },
};
const api = "/registry.example/v2/team/tool";

let server: FileServer;
let web: Web;
let output: string;

beforeEach(async () => {
  server = await FileServer.start();
  web = new Web(new AbortController().signal, server.url, { silence: 1000, tries: 2, pause: 5 });
  output = temporaryFolder();
  const program = path.join(temporaryFolder(), "tool");
  writeFileSync(program, "the tool");
  writeImage(server.root, origin, "amd64", () => program);
});

afterEach(async () => {
  await web.close();
  await server.stop();
});

const pull = (architecture = "amd64"): Promise<Pulled> =>
  pullPrograms(
    web,
    origin,
    architecture,
    path.join(output, "downloads"),
    path.join(output, "programs"),
    jest.fn(),
  );

const reading = (name: string): string => readFileSync(path.join(output, "programs", name), "utf8");

it("takes a program out of the image for the architecture, and reads no layer below it", async () => {
  const { from, layers } = await pull();
  expect(reading("tool")).toBe("the tool");
  expect(readdirSync(path.join(output, "programs"))).toEqual(["tool"]);
  expect(from).toMatch(/^registry\.example\/team\/tool:v1@sha256:[0-9a-f]{64}$/);
  expect(server.paths).toEqual([
    `${api}/manifests/v1`,
    `${api}/manifests/${from.split("@")[1] ?? ""}`,
    `${api}/blobs/sha256:${layers.tool ?? ""}`,
  ]);
});

it("gets a token where the registry wants one, and shows it with every request", async () => {
  const challenge = `Bearer realm="${server.url}/token",service="registry.example",scope="repository:team/tool:pull"`;
  for (const reference of ["manifests", "blobs"]) {
    for (const name of readdirSync(path.join(server.root, api, reference))) {
      server.handlers.set(`${api}/${reference}/${name}`, ({ authorization }) =>
        authorization === "Bearer secret"
          ? undefined
          : (response) => response.writeHead(401, { "WWW-Authenticate": challenge }).end(),
      );
    }
  }
  server.handlers.set("/token", () => (response) => response.end(JSON.stringify({ token: "secret" })));
  await pull();
  expect(reading("tool")).toBe("the tool");
  expect(server.paths.slice(0, 3)).toEqual([`${api}/manifests/v1`, "/token", `${api}/manifests/v1`]);
});

it("says when a registry wants a user", async () => {
  server.handlers.set(
    `${api}/manifests/v1`,
    () => (response) => response.writeHead(401, { "WWW-Authenticate": 'Basic realm="us"' }).end(),
  );
  await expect(pull()).rejects.toThrow(`${server.url}${api}: the registry wants a user`);
});

it("refuses a layer that its digest does not name", async () => {
  for (const name of readdirSync(path.join(server.root, api, "blobs"))) {
    writeFileSync(path.join(server.root, api, "blobs", name), "something else");
  }
  await expect(pull()).rejects.toThrow(/team-tool-layer from .* is not what was published/);
  expect(readdirSync(path.join(output, "downloads"))).toEqual([]);
});

it("refuses a manifest that its digest does not name", async () => {
  const folder = path.join(server.root, api, "manifests");
  for (const name of readdirSync(folder).filter((reference) => reference !== "v1")) {
    writeFileSync(path.join(folder, name), '{"layers":[]}');
  }
  await expect(pull()).rejects.toThrow(/manifests\/sha256:\w+ is not what was published/);
});

it("refuses a tag whose manifest is another than the registry says", async () => {
  server.handlers.set(
    `${api}/manifests/v1`,
    () => (response) =>
      response.writeHead(200, { "Docker-Content-Digest": `sha256:${"0".repeat(64)}` }).end("{}"),
  );
  await expect(pull()).rejects.toThrow(/manifests\/v1 is not what was published/);
});

it("takes what an upper layer has, and finds what only a lower one has", async () => {
  rmSync(path.join(server.root, api), { recursive: true });
  const base = path.join(server.root, api);
  const layer = (programs: Record<string, string>): string => {
    const one = temporaryFolder();
    const other: ImageOrigin = { ...origin, repository: "scratch" };
    const members = Object.fromEntries(Object.keys(programs).map((name) => [name, `usr/bin/${name}`]));
    writeImage(one, { ...other, members }, "amd64", (name) => {
      const file = path.join(temporaryFolder(), name);
      writeFileSync(file, programs[name] ?? "");
      return file;
    });
    const from = path.join(one, "registry.example/v2/scratch");
    const image = readdirSync(path.join(from, "manifests"))
      .map((name) => readFileSync(path.join(from, "manifests", name), "utf8"))
      .map((text) => JSON.parse(text) as { layers?: { digest: string }[] })
      .find(({ layers = [] }) => layers.length > 0);
    return blob(base, readFileSync(path.join(from, "blobs", image?.layers?.at(-1)?.digest ?? "")));
  };
  const layers = [layer({ tool: "old", helper: "the helper" }), layer({ tool: "new" })];
  // A manifest, where the tag names an image for one architecture.
  manifest(base, { layers: layers.map((digest) => ({ digest })) }, "v1");
  const members = { tool: "usr/bin/tool", helper: "usr/bin/helper" };
  mkdirSync(output, { recursive: true });
  await pullPrograms(web, { ...origin, members }, "amd64", output, path.join(output, "programs"), jest.fn());
  expect([reading("tool"), reading("helper")]).toEqual(["new", "the helper"]);
});

it("says which architectures there are", async () => {
  await expect(pull("arm64")).rejects.toThrow(
    "registry.example/team/tool:v1: no image for linux/arm64, only for s390x, amd64",
  );
});

it("says what is not in the image", async () => {
  const other = { ...origin, members: { tool: "bin/tool" } };
  await expect(
    pullPrograms(web, other, "amd64", output, path.join(output, "programs"), jest.fn()),
  ).rejects.toThrow("registry.example/team/tool:v1: bin/tool not in the image");
});

it("says when it is no registry that answers", async () => {
  writeFileSync(path.join(server.root, api, "manifests/v1"), "<html>Sign in</html>");
  await expect(pull()).rejects.toThrow("the registry's manifest is none that is understood");
});
