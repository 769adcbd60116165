import { prepareHost, restartOwnDaemon } from "../../../toolchain/docker";
import type { CommandResult, Host } from "../../../toolchain/host";

const limits = { "fs.inotify.max_user_instances": 8192, "fs.inotify.max_user_watches": 1_048_576 };

/** A host of which a test says what is on it; it records what is done to it. */
class FakeHost implements Host {
  readonly done: string[] = [];
  readonly root: boolean;
  readonly debian: boolean;
  readonly systemd: boolean;
  programs: string[];
  version: string | undefined;
  sysctls: Record<string, number>;
  dockerError = "Cannot connect to the Docker daemon";
  aptFails = false;
  /** What starting the daemon brings. */
  versionOnceStarted = "20.10.24";
  /** Whether the daemon that runs is one that was started with our log. */
  ownsDaemon = true;
  /** Ids of the containers that it has. */
  containers = "";
  /** How many daemons end at once, before one stays. */
  endingDaemons = 0;

  constructor(
    facts: Partial<Pick<FakeHost, "root" | "debian" | "systemd" | "programs" | "version" | "sysctls">>,
  ) {
    this.root = facts.root ?? true;
    this.debian = facts.debian ?? true;
    this.systemd = facts.systemd ?? false;
    this.programs = facts.programs ?? ["docker", "dockerd", "iptables", "debootstrap"];
    this.version = facts.version;
    this.sysctls = facts.sysctls ?? { ...limits };
  }

  has(program: string): boolean {
    return this.programs.includes(program);
  }

  run(command: string, ...args: string[]): CommandResult {
    if (command === "docker" && args[0] === "ps") return { ok: true, output: this.containers, errors: "" };
    if (command === "docker") {
      return this.version === undefined || !this.has("docker")
        ? { ok: false, output: "", errors: this.dockerError }
        : { ok: true, output: this.version, errors: "" };
    }
    this.done.push([command, ...args].join(" "));
    if (command === "systemctl") this.version = this.versionOnceStarted;
    if (args[0] === "install") this.programs.push("docker", "dockerd", "iptables", "debootstrap");
    return this.aptFails
      ? { ok: false, output: "", errors: "no route to the mirror" }
      : { ok: true, output: "", errors: "" };
  }

  startDaemon(_log: string, command: string): () => boolean {
    this.done.push(`start ${command}`);
    const ends = this.endingDaemons-- > 0;
    if (!ends) this.version = this.versionOnceStarted;
    return () => !ends;
  }

  async endDaemon(): Promise<boolean> {
    if (!this.ownsDaemon) return Promise.resolve(false);
    this.done.push("end dockerd");
    this.version = undefined;
    return Promise.resolve(true);
  }

  sysctl(name: string): number | undefined {
    return this.sysctls[name];
  }

  setSysctl(name: string, value: number): boolean {
    this.sysctls[name] = value;
    return true;
  }
}

const { DOCKER_HOST: realAddress } = process.env;

beforeEach(() => {
  delete process.env.DOCKER_HOST;
});

afterEach(() => {
  if (realAddress !== undefined) process.env.DOCKER_HOST = realAddress;
});

it("changes nothing and says nothing where all is well", async () => {
  const host = new FakeHost({ version: "20.10.24" });
  const say = jest.fn();
  await prepareHost(say, host);
  expect(host.done).toEqual([]);
  expect(say).not.toHaveBeenCalled();
});

it("starts a daemon that is installed and does not run", async () => {
  const host = new FakeHost({});
  await prepareHost(jest.fn(), host);
  expect(host.done).toEqual(["start dockerd"]);
});

it("starts the daemon again when one that was just killed was still in its way", async () => {
  const host = new FakeHost({});
  host.endingDaemons = 1;
  await prepareHost(jest.fn(), host);
  expect(host.done).toEqual(["start dockerd", "start dockerd"]);
});

it("leaves starting to systemd where that runs", async () => {
  const host = new FakeHost({ systemd: true });
  await prepareHost(jest.fn(), host);
  expect(host.done).toEqual(["systemctl start docker"]);
});

it("installs what is missing on Debian as root, with a client on PATH and no daemon", async () => {
  const host = new FakeHost({ programs: ["docker"] });
  const say = jest.fn();
  await prepareHost(say, host);
  expect(host.done).toEqual([
    "apt-get update",
    "apt-get install --yes --no-install-recommends docker.io iptables",
    "start dockerd",
  ]);
  expect(say.mock.calls[0]).toEqual(["Installing docker.io iptables"]);
});

it("installs debootstrap where only that is missing", async () => {
  const host = new FakeHost({ version: "27.1.0", programs: ["docker"] });
  await prepareHost(jest.fn(), host);
  expect(host.done.at(-1)).toBe("apt-get install --yes --no-install-recommends debootstrap");
});

it.each<[string, FakeHost, RegExp]>([
  [
    "it is not root",
    new FakeHost({ root: false, programs: [] }),
    /Run as root: `apt-get update && apt-get install .* docker\.io iptables`/,
  ],
  [
    "it is not Debian",
    new FakeHost({ debian: false, programs: [] }),
    /Install what your system has for Debian's docker\.io iptables/,
  ],
  [
    "the daemon is stopped and it is not root",
    new FakeHost({ root: false }),
    /does not run\. Start it, as root/,
  ],
  [
    "Docker is too old",
    new FakeHost({ version: "19.03.15" }),
    /Docker 19\.03\.15 is too old: machines need 20\.10 or later/,
  ],
])("says what to do when %s", async (_, host, message) => {
  await expect(prepareHost(jest.fn(), host)).rejects.toThrow(message);
  expect(host.done).toEqual([]);
});

it("tells a daemon that this user may not use from one that does not run", async () => {
  const host = new FakeHost({ root: false });
  host.dockerError = "Got permission denied while trying to connect to the Docker daemon socket";
  await expect(prepareHost(jest.fn(), host)).rejects.toThrow(/may not use it: become root or join the group/);
});

it("does not start a daemon of its own where DOCKER_HOST names another", async () => {
  process.env.DOCKER_HOST = "tcp://elsewhere:2375";
  const host = new FakeHost({});
  await expect(prepareHost(jest.fn(), host)).rejects.toThrow(
    /DOCKER_HOST names \(tcp:\/\/elsewhere:2375\) does not answer/,
  );
  expect(host.done).toEqual([]);
});

it("quotes apt-get when it fails", async () => {
  const host = new FakeHost({ programs: [] });
  host.aptFails = true;
  await expect(prepareHost(jest.fn(), host)).rejects.toThrow(
    /`apt-get update` failed: no route to the mirror/,
  );
});

describe("a daemon that has to start again", () => {
  const running = { version: "20.10.24" };

  it("is ended and started where it is ours and has no containers", async () => {
    const host = new FakeHost(running);
    await restartOwnDaemon(jest.fn(), host);
    expect(host.done).toEqual(["end dockerd", "start dockerd"]);
  });

  it.each([
    {
      what: "has containers",
      ownsDaemon: true,
      containers: "5b1c",
      message: /has other containers.*systemctl/,
    },
    { what: "is another's", ownsDaemon: false, containers: "", message: /not started by Slipway.*systemctl/ },
  ])("is left alone where it $what, with what to do", async ({ ownsDaemon, containers, message }) => {
    const host = new FakeHost(running);
    host.ownsDaemon = ownsDaemon;
    host.containers = containers;
    await expect(restartOwnDaemon(jest.fn(), host)).rejects.toThrow(message);
    expect(host.done).toEqual([]);
  });
});

describe("kernel limits", () => {
  const low = { "fs.inotify.max_user_instances": 128, "fs.inotify.max_user_watches": 2_000_000 };

  it("are raised as root, and never lowered", async () => {
    const host = new FakeHost({ version: "20.10.24", sysctls: { ...low } });
    const say = jest.fn();
    await prepareHost(say, host);
    expect(host.sysctls).toEqual({ ...low, "fs.inotify.max_user_instances": 8192 });
    expect(say.mock.calls).toEqual([["Raised fs.inotify.max_user_instances from 128 to 8192"]]);
  });

  it("are named with the command that raises them, for others", async () => {
    const host = new FakeHost({ version: "20.10.24", root: false, sysctls: { ...low } });
    const say = jest.fn();
    await prepareHost(say, host);
    expect(host.sysctls).toEqual(low);
    expect(say.mock.calls).toEqual([
      [expect.stringContaining("`sysctl -w fs.inotify.max_user_instances=8192`")],
    ]);
  });
});
