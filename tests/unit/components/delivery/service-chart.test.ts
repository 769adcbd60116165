import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

import { ServiceChart } from "../../../../components/delivery";
import { pushedChartProvider } from "../../../../components/delivery/service-chart";
import { countByType, recordResources, registeredBy } from "../../../support/recorder";

beforeEach(() => {
  recordResources();
});

const args = { registry: "127.0.0.1:5000", folder: "/charts/microservice", version: "0.1.0+abc" };

test("is one push of the folder under the version", async () => {
  const resources = await registeredBy((options) => new ServiceChart("chart", args, options));
  expect(countByType(resources)).toEqual({
    "slipway:delivery:ServiceChart": 1,
    "pulumi-nodejs:dynamic/delivery:PushedChart": 1,
  });
  expect(resources.find(({ type }) => type.endsWith("PushedChart"))?.inputs).toMatchObject({
    ...args,
    helm: "helm",
  });
});

describe("a push", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "slipway-helm-"));
  const calls = path.join(folder, "calls");

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  /** A program that writes down how it is called, and has the chart or has it not. */
  const helm = (has: boolean): string => {
    const file = path.join(folder, `helm-${has}`);
    const script = `#!/bin/sh
echo "$@" >>${calls}
case "$1" in
  show) exit ${has ? 0 : 1} ;;
  package) : >"$6/microservice-0.1.0+abc.tgz" ;;
esac
`;
    writeFileSync(file, script);
    chmodSync(file, 0o755);
    return file;
  };

  const callsOf = async (program: string): Promise<string[]> => {
    writeFileSync(calls, "");
    const { outs } = await pushedChartProvider.create({ ...args, helm: program, login: "" });
    expect(outs).toMatchObject({
      reference: "oci://127.0.0.1:5000/charts/microservice",
      pushedVersion: "0.1.0+abc",
    });
    return readFileSync(calls, "utf8").trim().split("\n");
  };

  const show = "show chart oci://127.0.0.1:5000/charts/microservice --version 0.1.0+abc --plain-http";

  it("packages and pushes a version that the registry has not", async () => {
    const [asked, packaged, pushed] = await callsOf(helm(false));
    expect(asked).toBe(show);
    expect(packaged).toMatch(/^package \/charts\/microservice --version 0\.1\.0\+abc --destination \//);
    expect(pushed).toMatch(
      /^push .*\/microservice-0\.1\.0\+abc\.tgz oci:\/\/127\.0\.0\.1:5000\/charts --plain-http$/,
    );
  });

  it("says who pushes in a file that Helm reads, and in no argument", async () => {
    const program = helm(false);
    const spy = path.join(path.dirname(program), "login.json");
    writeFileSync(
      program,
      readFileSync(program, "utf8").replace("case", `cp "$HELM_REGISTRY_CONFIG" ${spy}\ncase`),
    );
    writeFileSync(calls, "");
    await pushedChartProvider.create({ ...args, helm: program, login: "dXNlcjpwYXNzd29yZA==" });
    expect(JSON.parse(readFileSync(spy, "utf8"))).toEqual({
      auths: { "127.0.0.1:5000": { auth: "dXNlcjpwYXNzd29yZA==" } },
    });
    expect(readFileSync(calls, "utf8")).not.toContain("dXNlcjpwYXNzd29yZA");
  });

  it("leaves a version alone that the registry has", async () => {
    expect(await callsOf(helm(true))).toEqual([show]);
  });

  it("is made anew for another version or registry, not for another folder", async () => {
    const outs = { ...args, helm: "helm", login: "", reference: "", pushedVersion: "0.1.0+abc" };
    const diff = async (news: Partial<typeof args>) => {
      const { changes, replaces } =
        (await pushedChartProvider.diff?.("id", outs, { ...outs, ...news })) ?? {};
      return [changes, replaces];
    };
    expect(await diff({ version: "0.2.0" })).toEqual([true, ["version"]]);
    expect(await diff({ registry: "other:5000" })).toEqual([true, ["registry"]]);
    expect(await diff({ folder: "/elsewhere/microservice" })).toEqual([false, []]);
  });
});

test("names all that is wrong at once", () => {
  expect(() => new ServiceChart("chart", { ...args, folder: "charts", version: "1" })).toThrow(
    [
      'ServiceChart "chart" cannot work:',
      '  - folder is "charts": give an absolute path',
      '  - version is "1": give three numbers, such as 0.1.0+0123456789ab',
    ].join("\n"),
  );
});
