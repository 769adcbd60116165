import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import * as path from "node:path";

import { run } from "./command";
import { bareMachine, podImages } from "./images";
import { nameOf } from "./keys";

/** The Kubernetes programs' path in their images; a machine shares the file. */
const kubernetesPath = "/usr/local/bin/kubernetes";

/**
 * Makes the machine image: the bare machine's own containerd takes the pod images in, in a container of it that
 * then becomes the image.
 */
export async function buildMachine(name: string): Promise<void> {
  const container = `slipway-preload-${randomBytes(4).toString("hex")}`;
  const script = readFileSync(path.join(bareMachine.folder, "preload.sh"), "utf8");
  const pairs = podImages.map((pod) => `docker.io/${nameOf(pod)}=${pod.podName}`);
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
        ...[nameOf(bareMachine), "-c", script, "preload.sh", kubernetesPath, ...pairs],
      ],
      ["docker", "save", ...podImages.map((pod) => nameOf(pod))],
    );
    const entryPoint = await run([
      ...["docker", "image", "inspect", "--format", "{{json .Config.Entrypoint}}", nameOf(bareMachine)],
    ]);
    await run([
      ...["docker", "commit", "--change", `ENTRYPOINT ${entryPoint}`, "--change", "CMD []", container, name],
    ]);
  } finally {
    await run(["docker", "rm", "--force", "--volumes", container]).catch(() => undefined);
    await run(["docker", "volume", "rm", "--force", container]).catch(() => undefined);
  }
}
