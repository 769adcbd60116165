import { run } from "./command";

/** Whether the local Docker daemon has an image of this name. */
export async function imageExists(name: string): Promise<boolean> {
  return (await run(["docker", "image", "ls", "--quiet", name])) !== "";
}

/** What becomes a build context: folders, each with the names of the files to take from it. */
export type Context = readonly { folder: string; files: readonly string[] }[];

/** Builds an image from a context that has a Dockerfile in its root, and tags it when it is complete. */
export async function buildImage(
  name: string,
  context: Context,
  args: Readonly<Record<string, string>>,
): Promise<void> {
  const buildArgs = Object.entries(args).flatMap(([argument, value]) => [
    "--build-arg",
    `${argument}=${value}`,
  ]);
  await run(["docker", "build", "--force-rm", "--tag", name, ...buildArgs, "-"], archive(context));
}

/** A `tar` command that writes files as root's own, whoever checked them out, and whatever their umask was. */
function archive(context: Context): string[] {
  const options = ["--create", "--owner=0", "--group=0", "--numeric-owner", "--mode=u+rw,go+r-w,a+X"];
  return ["tar", ...options, ...context.flatMap(({ folder, files }) => ["--directory", folder, ...files])];
}
