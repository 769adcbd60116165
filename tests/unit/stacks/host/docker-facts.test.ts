import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

import {
  dockerFacts,
  dockerFailure,
  parseContainers,
  parseNetworks,
} from "../../../../stacks/host/docker-facts";

const container = (ports: string) => JSON.stringify({ name: "web", environment: "", owner: "", ports });

test.each([
  ["", []],
  ["127.0.0.1:6443->6443/tcp, 127.0.0.1:8080->30080/tcp", [6443, 8080]],
  // What Docker 20.10 and 28 print of a port on every address.
  ["0.0.0.0:80->80/tcp, :::80->80/tcp", [80]],
  ["0.0.0.0:80->80/tcp, [::]:80->80/tcp", [80]],
  ["0.0.0.0:8000-8002->8000-8002/tcp", [8000, 8001, 8002]],
  // Exposed and not published; another protocol; another address.
  ["5000/tcp, 0.0.0.0:53->53/udp, 10.0.0.5:81->80/tcp", []],
])("the published ports of %j", (text, ports) => {
  expect(parseContainers(`${container(text)}\n`)).toEqual([
    { name: "web", environment: "", owner: "", ports },
  ]);
});

test("networks have their subnets and whose they are", () => {
  const lines = [
    '{"name":"bridge","labels":{},"config":[{"Subnet":"172.17.0.0/16","Gateway":"172.17.0.1"}]}',
    '{"name":"host","labels":null,"config":null}',
    '{"name":"slipway-dev","labels":{"slipway.environment":"dev","slipway.owner":"ab"},"config":[{"Subnet":"10.88.0.0/24"},{"Subnet":"fd00::/64"}]}',
    "",
  ].join("\n");
  expect(parseNetworks(lines)).toEqual([
    { name: "bridge", environment: "", owner: "", subnets: ["172.17.0.0/16"] },
    { name: "host", environment: "", owner: "", subnets: [] },
    { name: "slipway-dev", environment: "dev", owner: "ab", subnets: ["10.88.0.0/24", "fd00::/64"] },
  ]);
});

test.each([
  [{ code: "ENOENT" }, { failure: "no command", reason: "there is none on PATH" }],
  [
    { killed: true, code: null, stderr: "" },
    { failure: "silent", reason: "nothing within 10 s" },
  ],
  [
    { code: 1, stderr: "Got permission denied while trying to connect to the Docker daemon socket\nmore\n" },
    {
      failure: "forbidden",
      reason: "Got permission denied while trying to connect to the Docker daemon socket",
    },
  ],
  [
    { code: 1, stderr: "\nCannot connect to the Docker daemon at unix:///x.\nmore" },
    { failure: "silent", reason: "Cannot connect to the Docker daemon at unix:///x." },
  ],
  [new SyntaxError("Unexpected token"), { failure: "silent", reason: "SyntaxError: Unexpected token" }],
])("what %j means", (error, failure) => {
  expect(dockerFailure(error)).toEqual(failure);
});

describe("the docker command", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "slipway-docker-"));

  /** Makes a command of that name, and gives the variables with which it is found. */
  const command = (script: string): NodeJS.ProcessEnv => {
    writeFileSync(path.join(folder, "docker"), `#!/bin/sh\n${script}\n`);
    chmodSync(path.join(folder, "docker"), 0o755);
    return { PATH: `${folder}:/usr/bin:/bin` };
  };

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const info = '{"version":"20.10.24","hostName":"vm","cpus":2,"memoryBytes":8,"dataFolder":"/d"}';
  const network = '{"name":"bridge","labels":{},"config":[{"Subnet":"172.17.0.0/16"}]}';

  test("tells what there is, also when a network goes while it is looked at", async () => {
    const variables = command(`
case "$1 $2" in
info*) echo '${info}' ;;
"network ls") printf 'one\\ntwo\\n' ;;
"network inspect") echo '${network}'; echo 'Error response from daemon: network two not found' >&2; exit 1 ;;
"ps --all") echo '${container("0.0.0.0:80->80/tcp")}' ;;
esac`);
    expect(await dockerFacts(variables)).toEqual({
      ...{ version: "20.10.24", hostName: "vm", cpus: 2, memoryBytes: 8, dataFolder: "/d" },
      containers: [{ name: "web", environment: "", owner: "", ports: [80] }],
      volumes: [],
      networks: [{ name: "bridge", environment: "", owner: "", subnets: ["172.17.0.0/16"] }],
    });
  });

  test("that fails is quoted in the words of its clearest part", async () => {
    const variables = command(
      `if [ "$1" = ps ]; then sleep 0.1; echo 'Cannot connect.' >&2; else echo 'nil pointer' >&2; fi; exit 1`,
    );
    expect(await dockerFacts(variables)).toEqual({ failure: "silent", reason: "Cannot connect." });
  });

  test("may be missing", async () => {
    expect(await dockerFacts({ PATH: "/nowhere" })).toMatchObject({ failure: "no command" });
  });
});
