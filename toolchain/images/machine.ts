import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import * as path from "node:path";

import { run } from "./command";
import { imageName, nameOf } from "./keys";
import { bareMachine, podImages } from "./machine-images";

/** The Kubernetes programs' path in their images; a machine shares the file. */
const kubernetesPath = "/usr/local/bin/kubernetes";

/**
 * Makes the machine image: the bare machine's own containerd takes the pod images in, in a container of it that
 * then becomes the image.
 *
 * @param version - of Kubernetes
 */
export async function buildMachine(version: string): Promise<void> {
  const pods = podImages(version);
  const bare = bareMachine(version);
  const container = `slipway-preload-${randomBytes(4).toString("hex")}`;
  const script = readFileSync(path.join(bare.folder, "preload.sh"), "utf8");
  const names = pods.map((pod) => `docker.io/${nameOf(pod)}=${pod.podNames.join(",")}`);
  try {
    await run(
      [
        ...["docker", "run", "--interactive", "--name", container, "--entrypoint", "sh", "--network", "none"],
        // containerd mounts what it unpacks, on a file system that can be overlayfs' upper one: not a container's.
        ...[
          "--cap-add",
          "SYS_ADMIN",
          "--security-opt",
          "apparmor=unconfined",
          "--security-opt",
          "seccomp=unconfined",
        ],
        ...["--volume", `${container}:/build`, "--tmpfs", "/run", "--tmpfs", "/tmp"],
        ...[nameOf(bare), "-c", script, "preload.sh", kubernetesPath, ...names],
      ],
      ["docker", "save", ...pods.map((pod) => nameOf(pod))],
    );
    const entryPoint = await run([
      ...["docker", "image", "inspect", "--format", "{{json .Config.Entrypoint}}", nameOf(bare)],
    ]);
    const changes = ["--change", `ENTRYPOINT ${entryPoint}`, "--change", "CMD []"];
    await run(["docker", "commit", ...changes, container, imageName("machine", version)]);
  } finally {
    await run(["docker", "rm", "--force", "--volumes", container]).catch(() => undefined);
    await run(["docker", "volume", "rm", "--force", container]).catch(() => undefined);
  }
}
