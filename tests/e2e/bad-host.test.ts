import { execFile } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import { cpus, totalmem } from "node:os";
import { promisify } from "node:util";

import { TestEnvironment } from "../support/test-environment";

const minutes = (count: number): number => count * 60_000;

/** A network that nothing else on this host has, and the larger one that it lies in. */
const network = "10.79.204.0/24";
const around = "10.79.0.0/16";

async function docker(...args: string[]): Promise<string> {
  return (await promisify(execFile)("docker", args)).stdout.trim();
}

/** Listens on a free port of 127.0.0.1. */
async function listener(): Promise<{ server: Server; port: number }> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, port: (server.address() as AddressInfo).port };
}

async function closed(server: Server): Promise<void> {
  await new Promise((resolve) => server.close(resolve));
}

/** An image of nothing, for containers that never start. */
async function emptyImage(name: string): Promise<void> {
  await promisify(execFile)("sh", ["-c", `tar -cT /dev/null | docker import - ${name}`]);
}

/** What makes a host one that an environment cannot be made on. */
interface Obstacle {
  readonly what: string;
  /** The one line that is printed; known when the environment has its name and port. */
  line(): string;
  /** Puts it in the way, and gives what takes it away. */
  make(): Promise<() => Promise<unknown>>;
  /** Variables for `pulumi`. */
  readonly variables?: NodeJS.ProcessEnv;
}

let environment: TestEnvironment;
let port: number;

beforeAll(async () => {
  const { server, port: free } = await listener();
  await closed(server);
  port = free;
  environment = new TestEnvironment({ networks: { machines: network }, ports: { shop: port } });
  await environment.create();
}, minutes(2));

afterAll(async () => {
  await environment.destroy();
}, minutes(4));

const portInUse: Obstacle = {
  what: "another program has a port",
  line: () => `slipway:ports.shop: ${port} is in use on this host; write another port`,
  async make() {
    const server = createServer().listen(port, "0.0.0.0");
    await once(server, "listening");
    return () => closed(server);
  },
};

const noDaemon: Obstacle = {
  what: "no Docker daemon answers",
  line: () =>
    'Docker: its daemon does not answer, "Cannot connect to the Docker daemon at unix:///nowhere. ' +
    'Is the docker daemon running?"; start it, or correct DOCKER_HOST',
  variables: { DOCKER_HOST: "unix:///nowhere" },
  make: () => Promise.resolve(() => Promise.resolve()),
};

const overlap: Obstacle = {
  what: "a Docker network has the machines' addresses",
  line: () =>
    `slipway:networks.machines: "${network}" overlaps Docker network "other-${environment.name}", ${around}; ` +
    "write a network apart from it",
  async make() {
    const name = `other-${environment.name}`;
    await docker("network", "create", "--subnet", around, name);
    return () => docker("network", "rm", name);
  },
};

const sameName: Obstacle = {
  what: "another stack's environment has the name",
  line: () =>
    `stack name: "${environment.name}" is an environment of another stack on this Docker daemon, ` +
    `with container "other-${environment.name}"; use another name, or take that one down; where its state was moved here, make adopt goes on with it`,
  async make() {
    const [image, name] = [`${environment.name}:empty`, `other-${environment.name}`];
    const labels = ["--label", `slipway.environment=${environment.name}`, "--label", "slipway.owner=other"];
    await emptyImage(image);
    await docker("create", "--name", name, ...labels, image, "/nothing");
    return async () => {
      await docker("rm", name);
      await docker("rmi", image);
    };
  },
};

/** What a failed run printed about the configuration, a line for each problem. */
function reported(output: string): string[] {
  // The heading is in the progress as well.
  const [, diagnostics = ""] = output.split("\nDiagnostics:\n");
  const [, lines = ""] = /The configuration of stack .*\n([^]*?)(?:\n\s*\n|$)/.exec(diagnostics) ?? [];
  return lines.split("\n").map((line) => line.trim());
}

async function expectNothingMade(): Promise<void> {
  expect(await environment.leftovers()).toEqual([]);
  // The stack itself is a resource, which `pulumi up` registers before it runs the program.
  expect((await environment.resourceTypes()).filter((type) => type !== "pulumi:pulumi:Stack")).toEqual([]);
}

describe.each([portInUse, noDaemon, overlap, sameName])("where $what", (obstacle) => {
  let undo: () => Promise<unknown>;

  beforeAll(async () => {
    undo = await obstacle.make();
  }, minutes(1));

  afterAll(async () => {
    await undo();
  }, minutes(1));

  it.each(["preview", "up --yes", "up --yes --skip-preview"])(
    "`pulumi %s` says so in one line and makes nothing",
    async (command) => {
      const args = command.split(" ");
      const { output, failed } = await environment.pulumiWith(obstacle.variables ?? {}, ...args);
      expect({ failed, reported: reported(output) }).toEqual({ failed: true, reported: [obstacle.line()] });
      await expectNothingMade();
    },
    minutes(3),
  );
});

it(
  "reports the host's problems with those of the settings",
  async () => {
    const undo = [await portInUse.make(), await overlap.make()];
    try {
      const wrong = new TestEnvironment({
        networks: { machines: network },
        ports: { shop: port, api: 80 },
        controlPlane: { cpus: cpus().length + 1, memory: `${Math.ceil(totalmem() / 2 ** 30) + 1}Gi` },
      });
      await wrong.create();
      const { output } = await wrong.pulumi("preview");
      expect(reported(output)).toEqual([
        "slipway:ports.api: 80 is not a port that needs no privilege; write a whole number from 1024 to 65535",
        expect.stringMatching(/^slipway:controlPlane.cpus: \d+ is more than the \d+ processors of this host/),
        expect.stringMatching(
          /^slipway:controlPlane.memory: \d+Gi is more than the [0-9.]+ GiB of this host/,
        ),
        portInUse.line(),
        overlap.line(),
      ]);
      await wrong.destroy();
    } finally {
      await Promise.all(undo.map((take) => take()));
    }
  },
  minutes(4),
);

it(
  "lets a preview through when nothing stands in the way any more",
  async () => {
    const { output, failed } = await environment.pulumi("preview");
    expect({ failed, output: failed ? output : "" }).toEqual({ failed: false, output: "" });
    expect(output).toMatch(/\+ \d+ to create/);
  },
  minutes(4),
);
