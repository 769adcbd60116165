import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

import { filesBelow } from "../../../../toolchain/content-key";
import { debian, machineFiles, machineSystem } from "../../../../toolchain/images/images";
import { machineFilesKey, nameOf } from "../../../../toolchain/images/keys";
import {
  builtMachineFiles,
  buildMachineFiles,
  machineFilesFolder,
  machinePaths,
} from "../../../../toolchain/images/machine-files";
import { bareMachine } from "../../../../toolchain/images/machine-images";

/** Of the machine image: what a container needs, and no instance. */
const onlyForContainers = [
  "etc/cloud/cloud.cfg",
  "etc/sysctl.d/91-container.conf",
  "etc/systemd/journald.conf.d/slipway.conf",
  "etc/systemd/system/cloud-init.service.d/slipway.conf",
  "usr/lib/systemd/system/slipway-disk-guard.service",
  "usr/local/sbin/slipway-container",
  "usr/local/sbin/slipway-entrypoint",
];

/** Stands for the docker client: notes its arguments, and gives an archive. */
const fakeDocker = `#!/bin/sh
cd "$(dirname "$0")"
echo "$*" >>calls
case "$1" in
  build) cat >context.tar ;;
  run) echo archive ;;
esac
if [ -e "$1.failure" ]; then cat "$1.failure" >&2; exit 1; fi
`;

describe("what makes a machine of a stock system", () => {
  it("has every file of the local machine's that is not for containers alone", () => {
    const all = [
      ...filesBelow(path.join(bareMachine().folder, "rootfs")),
      ...filesBelow(path.join(machineFiles.folder, "rootfs")),
    ];
    const taken = all.filter((file) =>
      machinePaths.some((each) => file === each || file.startsWith(`${each}/`)),
    );
    expect(all.filter((file) => !taken.includes(file)).sort()).toEqual(onlyForContainers);
    expect(taken.length).toBeGreaterThan(8);
  });

  it("has one list of packages with the local machine", () => {
    const dockerfile = readFileSync(path.join(machineSystem.folder, "Dockerfile"), "utf8");
    expect(dockerfile).toContain("apt-get install --yes $(cat /usr/lib/slipway/packages)");
    expect(machinePaths).toContain("usr/lib/slipway");
    const installer = path.join(machineFiles.folder, "rootfs/usr/lib/slipway/install-machine");
    expect(readFileSync(installer, "utf8")).toContain('"$lib/packages"');
  });

  it("has a key that is the same on a host that trusts other authorities", () => {
    const elsewhere = { ...debian, args: { ...debian.args, AUTHORITIES: "others" } };
    expect(nameOf(elsewhere)).not.toBe(nameOf(debian));
    expect(nameOf(elsewhere, "any host")).toBe(nameOf(debian, "any host"));
    const otherSuite = { ...debian, args: { ...debian.args, SUITE: "trixie" } };
    expect(nameOf(otherSuite, "any host")).not.toBe(nameOf(debian, "any host"));
    expect(machineFilesKey("any host")).toMatch(/^[0-9a-f]{12}-(amd64|arm64)$/);
  });
});

describe("with a docker client that only takes notes", () => {
  const { PATH, SLIPWAY_CACHE } = process.env;
  let folder: string;
  const inFolder = (name: string): string => path.join(folder, name);
  const build = (): Promise<void> => buildMachineFiles([], () => undefined);

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "slipway-docker-"));
    writeFileSync(inFolder("docker"), fakeDocker, { mode: 0o755 });
    process.env.PATH = `${folder}:${PATH ?? ""}`;
    process.env.SLIPWAY_CACHE = inFolder("cache");
  });

  afterEach(() => {
    process.env.PATH = PATH;
    if (SLIPWAY_CACHE === undefined) delete process.env.SLIPWAY_CACHE;
    else process.env.SLIPWAY_CACHE = SLIPWAY_CACHE;
    rmSync(folder, { recursive: true });
  });

  it("is packed from an image that goes again, and known with its checksum", async () => {
    expect(builtMachineFiles()).toBeUndefined();
    await build();
    const built = builtMachineFiles();
    expect(built).toEqual({
      key: machineFilesKey("any host"),
      archive: path.join(machineFilesFolder(), "machine-files.tar.gz"),
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
    const calls = readFileSync(inFolder("calls"), "utf8").trim().split("\n");
    expect(calls.map((call) => call.split(" ")[0])).toEqual(["build", "run", "image"]);
    expect(calls[1]).toContain("--sort=name --mtime=@0 --numeric-owner");
    expect(calls[1]?.endsWith(machinePaths.join(" "))).toBe(true);
    const { sha256 } = built ?? {};
    rmSync(machineFilesFolder(), { recursive: true });
    await build();
    expect(builtMachineFiles()?.sha256).toBe(sha256);
  });

  it("is not there, nor a half of it, when packing fails", async () => {
    writeFileSync(inFolder("run.failure"), "tar: usr/bin/ctr: Cannot stat: No such file or directory\n");
    await expect(build()).rejects.toThrow("Cannot stat");
    expect(existsSync(machineFilesFolder())).toBe(false);
    expect(readdirSync(path.dirname(machineFilesFolder()))).toEqual([]);
  });
});
