import { type ImageKind, imageName } from "../../../toolchain/images";
import { run } from "../../../toolchain/images/command";

/**
 * A registry that has images of the local Docker daemon's.
 *
 * @param prefix - names the Docker network, and what the container's name begins with
 * @returns its name and port on the network
 */
export async function startRegistry(prefix: string, images: readonly ImageKind[]): Promise<string> {
  const name = `${prefix}-registry`;
  await run([
    ...["docker", "run", "--detach", "--name", name, "--network", prefix],
    ...["--publish", "127.0.0.1::5000", imageName("registry")],
  ]);
  const address = await run(["docker", "port", name, "5000"]);
  for (const image of images) {
    const pushed = `${address}/${imageName(image)}`;
    await run(["docker", "tag", imageName(image), pushed]);
    await run(["docker", "push", pushed]);
    await run(["docker", "image", "rm", pushed]);
  }
  return `${name}:5000`;
}
