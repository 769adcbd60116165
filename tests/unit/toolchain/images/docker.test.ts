import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

import { run } from "../../../../toolchain/images/command";
import { buildImage, imageExists } from "../../../../toolchain/images/docker";
import { imageName, nameOf } from "../../../../toolchain/images/keys";
import { buildMachine } from "../../../../toolchain/images/machine";
import { podImages } from "../../../../toolchain/images/machine-images";

/** Stands for the docker client: notes its arguments, keeps its input, and answers as a test says. */
const fakeDocker = `#!/bin/sh
cd "$(dirname "$0")"
echo "$*" | head -n 1 >>calls
case "$1" in
  build) cat >context.tar ;;
  run) cat >/dev/null ;;
  save) echo archive ;;
esac
if [ -e "$1.answer" ]; then cat "$1.answer"; fi
if [ -e "$1.failure" ]; then cat "$1.failure" >&2; exit 1; fi
`;

describe("with a docker client that only takes notes", () => {
  const { PATH } = process.env;
  let folder: string;
  const inFolder = (name: string): string => path.join(folder, name);
  const calls = (): string[] => readFileSync(inFolder("calls"), "utf8").trimEnd().split("\n");

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "slipway-docker-"));
    writeFileSync(inFolder("docker"), fakeDocker, { mode: 0o755 });
    process.env.PATH = `${folder}:${PATH ?? ""}`;
  });

  afterEach(() => {
    process.env.PATH = PATH;
    rmSync(folder, { recursive: true });
  });

  it("asks whether an image exists", async () => {
    expect(await imageExists("slipway/x:1")).toBe(false);
    writeFileSync(inFolder("image.answer"), "0123456789ab\n");
    expect(await imageExists("slipway/x:1")).toBe(true);
    expect(calls()).toEqual(Array(2).fill("image ls --quiet slipway/x:1"));
  });

  it("builds from files of several folders, which become root's and readable", async () => {
    for (const [file, mode] of [
      ["image/Dockerfile", 0o600],
      ["image/rootfs/usr/sbin/entry", 0o700],
      ["part/program", 0o755],
      ["part/build.json", 0o644],
    ] as const) {
      mkdirSync(path.dirname(inFolder(file)), { recursive: true });
      writeFileSync(inFolder(file), file);
      chmodSync(inFolder(file), mode);
    }
    await buildImage(
      "slipway/x:1",
      [
        { folder: inFolder("image"), files: ["Dockerfile", "rootfs"] },
        { folder: inFolder("part"), files: ["program"] },
      ],
      { BASE: "slipway/debian:1" },
    );
    expect(calls()).toEqual(["build --force-rm --tag slipway/x:1 --build-arg BASE=slipway/debian:1 -"]);
    const listing = await run([
      "tar",
      "--list",
      "--verbose",
      "--numeric-owner",
      "--file",
      inFolder("context.tar"),
    ]);
    const entries = listing.split("\n").map((line) => line.split(/\s+/));
    expect(entries.map(([mode, owner, , , , name]) => [mode, owner, name])).toEqual([
      ["-rw-r--r--", "0/0", "Dockerfile"],
      ["drwxr-xr-x", "0/0", "rootfs/"],
      ["drwxr-xr-x", "0/0", "rootfs/usr/"],
      ["drwxr-xr-x", "0/0", "rootfs/usr/sbin/"],
      ["-rwxr-xr-x", "0/0", "rootfs/usr/sbin/entry"],
      ["-rwxr-xr-x", "0/0", "program"],
    ]);
  });

  it("says what a failed build said", async () => {
    writeFileSync(inFolder("build.failure"), "The command returned a non-zero code: 100\n");
    writeFileSync(inFolder("Dockerfile"), "FROM scratch\n");
    await expect(buildImage("slipway/x:1", [{ folder, files: ["Dockerfile"] }], {})).rejects.toThrow(
      /docker build ended with code 1:\n.*non-zero code: 100/,
    );
  });

  it("preloads every pod image in a container without a network, and names the machine last", async () => {
    writeFileSync(inFolder("image.answer"), '["/usr/local/sbin/slipway-entrypoint"]\n');
    await buildMachine("1.35.4");
    // `save` and `run` are the ends of a pipe and start in any order.
    const [first = "", second = "", ...rest] = calls();
    const [started = "", saved = ""] = [first, second].sort();
    expect(saved).toBe(
      `save ${podImages("1.35.4")
        .map((pod) => nameOf(pod))
        .join(" ")}`,
    );
    expect(started).toMatch(/^run --interactive --name (\S+) .*--network none .*--volume \1:\/build /);
    const container = /--name (\S+)/.exec(started)?.[1] ?? "";
    expect(rest.slice(1)).toEqual([
      `commit --change ENTRYPOINT ["/usr/local/sbin/slipway-entrypoint"] --change CMD [] ${container} ${imageName("machine", "1.35.4")}`,
      `rm --force --volumes ${container}`,
      `volume rm --force ${container}`,
    ]);
  });

  it("leaves neither a machine nor its container and volume when preloading fails", async () => {
    writeFileSync(inFolder("run.failure"), "preload: containerd's start did not happen within 30 s\n");
    await expect(buildMachine("1.35.4")).rejects.toThrow("preload: containerd's start did not happen");
    expect(calls().filter((call) => call.startsWith("commit"))).toEqual([]);
    expect(calls().slice(-2)).toEqual([
      expect.stringMatching(/^rm --force --volumes slipway-preload-/),
      expect.stringMatching(/^volume rm --force slipway-preload-/),
    ]);
    expect(existsSync(inFolder("context.tar"))).toBe(false);
  });
});
