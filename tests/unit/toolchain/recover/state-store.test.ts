import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import * as path from "node:path";

import { kubectlTarget, managedByOthers } from "../../../../toolchain/recover/cluster";
import { type StateStore, stateStore } from "../../../../toolchain/recover/state-store";
import { temporaryFolder } from "../../../support/temporary-folder";
import { clusterObject, environment } from "./states";

/** A store with a project, and the files that a file backend has of its stack `dev`. */
function store(checkpoint?: object): { root: string; store: StateStore } {
  const root = temporaryFolder();
  writeFileSync(path.join(root, "Pulumi.yaml"), "name: slipway\nruntime: nodejs\n");
  const stacks = path.join(root, ".pulumi", "stacks", "slipway");
  mkdirSync(stacks, { recursive: true });
  if (checkpoint) writeFileSync(path.join(stacks, "dev.json"), JSON.stringify({ version: 3, checkpoint }));
  return { root, store: stateStore("dev", { PULUMI_BACKEND_URL: `file://${root}` }, root) };
}

describe("a state in a folder of this machine", () => {
  it("is read without the engine", async () => {
    const { store: local } = store({ stack: "organization/slipway/dev", latest: environment() });
    expect(await local.read()).toEqual({ version: 3, features: undefined, deployment: environment() });
  });

  it("is empty where the stack was only made, and undefined where there is none", async () => {
    expect((await store({ stack: "organization/slipway/dev" }).store.read())?.deployment).toEqual({});
    expect(await store().store.read()).toBeUndefined();
  });

  it("has its locks where the engine puts them", () => {
    const { root, store: local } = store();
    expect(local.locks).toBe(path.join(root, ".pulumi", "locks", "organization", "slipway", "dev"));
  });

  it("is refused where it is nothing that we know", async () => {
    await expect(store({ latest: { resources: [{}] } }).store.read()).rejects.toThrow(
      /dev\.json is no state/,
    );
  });

  it("is written for a preview into a backend of its own, that only its user reads", async () => {
    const { root, store: local } = store({ latest: environment() });
    const state = await local.read();
    if (!state) throw new Error("no state");
    const folder = path.join(root, "preview");
    const url = local.writeForPreview({ ...state, deployment: { resources: [] } }, folder);
    const copy = await stateStore("dev", { PULUMI_BACKEND_URL: url }, root).read();
    expect(copy?.deployment).toEqual({ resources: [] });
    expect((await local.read())?.deployment).toEqual(environment());
    const file = path.join(folder, ".pulumi", "stacks", "slipway", "dev.json");
    expect(statSync(file).mode & 0o077).toBe(0);
    expect(readFileSync(path.join(folder, ".pulumi", "meta.yaml"), "utf8")).toBe("version: 1\n");
  });

  it("is rid of what killed writes left, and of nothing else", () => {
    const { root, store: local } = store({ latest: environment() });
    const stacks = path.join(root, ".pulumi", "stacks", "slipway");
    const left = path.join(stacks, "dev.json.18b2f4a9c.tmp");
    const others = ["dev2.json.18b2f4a9c.tmp", "dev.json.bak"].map((name) => path.join(stacks, name));
    const [broken, whole] = ["dev.json.attrs", "dev.json.bak.attrs"].map((name) => path.join(stacks, name));
    for (const file of [left, ...others]) writeFileSync(file, "{");
    // As an engine left it that was killed: the backend then fails with `failed to load checkpoint: EOF`.
    writeFileSync(String(broken), "");
    writeFileSync(String(whole), "{}");
    local.removeHalfWritten();
    expect([left, String(broken), String(whole)].map((file) => existsSync(file))).toEqual([
      false,
      false,
      true,
    ]);
    expect(others.every((file) => existsSync(file))).toBe(true);
    expect(existsSync(path.join(stacks, "dev.json"))).toBe(true);
  });
});

it("knows no locks of a backend that is elsewhere", () => {
  const { root } = store();
  expect(stateStore("dev", { PULUMI_BACKEND_URL: "s3://bucket" }, root).locks).toBeUndefined();
});

it("asks for a backend where none is named", () => {
  expect(() => stateStore("dev", {}, "/")).toThrow("PULUMI_BACKEND_URL is not set");
});

describe("an object of the cluster", () => {
  it("is asked for by kind, version and group, name and namespace", () => {
    expect(kubectlTarget(clusterObject("Deployment", "catalog"))).toEqual([
      "Deployment.v1.apps",
      "catalog",
      "--namespace",
      "shop",
    ]);
    const inputs = { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } };
    expect(kubectlTarget({ urn: "u", type: "t", inputs })).toEqual(["Namespace", "shop"]);
    expect(kubectlTarget({ urn: "u", type: "t", inputs: { ...inputs, metadata: {} } })).toBeUndefined();
  });

  it("keeps the managed fields of all but the provider", () => {
    const kubelet = { manager: "kubelet" };
    const provider = { manager: "pulumi-kubernetes-a" };
    expect(managedByOthers({ metadata: { managedFields: [kubelet, provider] } })).toEqual([kubelet]);
    // What the API takes for none: https://kubernetes.io/docs/reference/using-api/server-side-apply/#clearing-managedfields
    expect(managedByOthers({ metadata: { managedFields: [provider] } })).toEqual([{}]);
    expect(managedByOthers({ metadata: { managedFields: [kubelet] } })).toBeUndefined();
    expect(managedByOthers({})).toBeUndefined();
  });
});
