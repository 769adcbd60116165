import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, stat, writeFile } from "node:fs/promises";
import * as path from "node:path";

import { cacheRoot } from "../cache";
import { newestKubernetes } from "../kubernetes-versions";
import { sha256OfFile } from "../release/checksum";
import { run } from "./command";
import { type Context, buildImage } from "./docker";
import { machineFiles } from "./images";
import { imageName, machineFilesKey } from "./keys";

/** What makes a machine of a stock system. */
export interface MachineFiles {
  /**
   * Stands for what is in it, as in `0a5186d48e00-amd64`. It follows from committed files and the toolchain's mode: whoever
   * makes the archive gets the same key, though not the same bytes.
   */
  key: string;
  /** Path of the archive: a gzip'd tar of files below `/`. */
  archive: string;
  /** The archive's SHA-256, in hexadecimal digits. */
  sha256: string;
}

/** What the archive has of the machine image: all that is Slipway's, less what only a container needs. */
export const machinePaths = [
  "etc/containerd/config.toml",
  "etc/modules-load.d/slipway.conf",
  "etc/sysctl.d/90-kubernetes.conf",
  "etc/systemd/networkd.conf.d/slipway.conf",
  "usr/bin/containerd",
  "usr/bin/containerd-shim-runc-v2",
  "usr/bin/ctr",
  "usr/bin/kubeadm",
  "usr/bin/kubectl",
  "usr/bin/kubelet",
  "usr/bin/kubernetes",
  "usr/lib/slipway",
  "usr/lib/systemd/system/containerd.service",
  "usr/lib/systemd/system/kube-apiserver-shutdown.service",
  "usr/lib/systemd/system/kubelet.service",
  "usr/lib/systemd/system/kubelet.service.d",
  "usr/lib/systemd/system/slipway-backup.service",
  "usr/lib/systemd/system/slipway-backup.timer",
  "usr/lib/systemd/system/slipway-bootstrap.service",
  "usr/lib/systemd/system/slipway-certificates.service",
  "usr/lib/systemd/system/slipway-certificates.timer",
  "usr/lib/systemd/system/slipway-look-after-nodes.service",
  "usr/lib/sysusers.d/etcd.conf",
  "usr/lib/tmpfiles.d/slipway.conf",
  "usr/local/lib/slipway",
] as const;

const [archiveName, checksumName] = ["machine-files.tar.gz", "sha256"];

/** How often it is said how long the archive is, in milliseconds. */
const packingInterval = 5000;

/**
 * Where the archive that fits the machine image is, or will be: in a folder that appears when all of it is there.
 *
 * @param version - of Kubernetes; default: the newest
 */
export function machineFilesFolder(version: string = newestKubernetes): string {
  return path.join(cacheRoot(), "machine-files", machineFilesKey("this host", version));
}

/** The archive that fits the machine image; undefined until it is built. Likewise. */
export function builtMachineFiles(version: string = newestKubernetes): MachineFiles | undefined {
  const folder = machineFilesFolder(version);
  if (!existsSync(folder)) return undefined;
  return {
    key: machineFilesKey("any host", version),
    archive: path.join(folder, archiveName),
    sha256: readFileSync(path.join(folder, checksumName), "utf8").trim(),
  };
}

/**
 * Makes the archive, of the machine image that is there.
 *
 * @param programs - of {@link machineFiles}
 * @param tell - takes what is being done
 * @param version - of Kubernetes; default: the newest
 */
export async function buildMachineFiles(
  programs: Context,
  tell: (text: string) => void,
  version: string = newestKubernetes,
): Promise<void> {
  const folder = machineFilesFolder(version);
  await mkdir(path.dirname(folder), { recursive: true });
  const scratch = await mkdtemp(`${folder}-`);
  const image = `slipway/machine-files:${path.basename(scratch)}`.toLowerCase();
  try {
    tell("adding what only instances have to the machine image");
    const args = { MACHINE: imageName("machine", version), KEY: machineFilesKey("any host", version) };
    const own = { folder: machineFiles.folder, files: ["Dockerfile", "rootfs"] };
    await buildImage(image, [own, ...programs], args);
    const archive = path.join(scratch, archiveName);
    await whileTelling(archive, tell, () => pack(image, archive));
    await writeFile(path.join(scratch, checksumName), `${await sha256OfFile(archive)}\n`);
    await rename(scratch, folder);
  } finally {
    await run(["docker", "image", "rm", image]).catch(() => undefined);
    await rm(scratch, { recursive: true, force: true });
  }
}

/** The same bytes for the same image: sorted, and without times. */
async function pack(image: string, archive: string): Promise<void> {
  const tar = ["--create", "--sort=name", "--mtime=@0", "--numeric-owner", "--directory=/"];
  await run(
    ["sh", "-c", 'gzip --no-name >"$1"', "gzip", archive],
    [
      ...["docker", "run", "--rm", "--network", "none", "--entrypoint", "tar", image],
      ...tar,
      ...machinePaths,
    ],
  );
}

async function whileTelling(
  archive: string,
  tell: (text: string) => void,
  work: () => Promise<void>,
): Promise<void> {
  tell("packing the machine's files");
  const timer = setInterval(() => {
    void stat(archive).then(
      ({ size }) => {
        tell(`packing the machine's files, ${megabytes(size)} so far`);
      },
      () => undefined,
    );
  }, packingInterval);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
