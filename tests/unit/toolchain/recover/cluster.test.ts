import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

import { inClusters } from "../../../../toolchain/recover/cluster";
import type { ResourceState } from "../../../../toolchain/recover/deployment";

const folder = mkdtempSync(path.join(tmpdir(), "slipway-kubectl-"));
const { PATH } = process.env;

beforeAll(() => {
  process.env.PATH = `${folder}:${PATH ?? ""}`;
});

afterAll(() => {
  process.env.PATH = PATH;
  rmSync(folder, { recursive: true });
});

/** Puts a kubectl in place that answers the API's readiness by one command, and everything else by another. */
function kubectl(readiness: string, otherwise: string): void {
  const script = `#!/bin/sh\ncase "$*" in *--raw*) ${readiness} ;; *) ${otherwise} ;; esac\n`;
  writeFileSync(path.join(folder, "kubectl"), script);
  chmodSync(path.join(folder, "kubectl"), 0o755);
}

const provider: ResourceState = {
  urn: "urn:pulumi:dev::slipway::pulumi:providers:kubernetes::cluster",
  type: "pulumi:providers:kubernetes",
  id: "p",
  inputs: { kubeconfig: "kubeconfig" },
};
const object: ResourceState = {
  urn: "urn:pulumi:dev::slipway::kubernetes:core/v1:Namespace::shop",
  type: "kubernetes:core/v1:Namespace",
  provider: `${provider.urn}::p`,
};

const listed = () =>
  inClusters([object], { resources: [provider, object] }, (cluster) => cluster.list(["Namespace"]));

describe("a list of a cluster's objects", () => {
  it("is what the API gives", async () => {
    kubectl("echo ok", `echo '{"items":[{"kind":"Namespace"}]}'`);
    expect(await listed()).toEqual([[{ kind: "Namespace" }]]);
  });

  it("is not waited for when the API does not answer", async () => {
    kubectl("exit 1", "exec sleep 60");
    const begin = Date.now();
    expect(await listed()).toEqual([undefined]);
    expect(Date.now() - begin).toBeLessThan(20_000);
  });
});
