import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";

import { goEnvironment } from "../../toolchain/cache";
import { contentKey } from "../../toolchain/content-key";
import { imageName } from "../../toolchain/images";
import { buildImage, imageExists } from "../../toolchain/images/docker";
import { companionsOf, newestKubernetes } from "../../toolchain/kubernetes-versions";
import { kindModule, kindPart } from "./part";

const run = promisify(execFile);
const folder = path.join(__dirname, "image");
const podNetwork = { folder: path.join(__dirname, ".."), files: ["kube-router.yaml"] };

/** Name of the node image: what goes into it decides its tag. */
function nodeImageName(): string {
  const network = readFileSync(path.join(podNetwork.folder, "kube-router.yaml"), "utf8");
  return `slipway/bench-kind-node:${contentKey(folder, imageName("machine"), kindPart.version, network)}`;
}

/** Folder of kind's module, downloaded and checked against go.sum if need be. */
async function kindModuleFolder(): Promise<string> {
  const { stdout } = await run("go", ["mod", "download", "-json", kindModule], {
    cwd: kindPart.source,
    env: { ...process.env, ...goEnvironment },
  });
  return (JSON.parse(stdout) as { Dir: string }).Dir;
}

/** Makes the node image from the machine image and kind's own files, if it is not there; gives its name. */
export async function buildNodeImage(): Promise<string> {
  const name = nodeImageName();
  if (await imageExists(name)) return name;
  const ofKind = path.join(await kindModuleFolder(), "images", "base");
  await buildImage(
    name,
    [{ folder, files: ["Dockerfile", "unprivileged"] }, podNetwork, { folder: ofKind, files: ["files"] }],
    {
      MACHINE: imageName("machine"),
      KUBERNETES_VERSION: newestKubernetes,
      PAUSE_VERSION: companionsOf(newestKubernetes).pause,
    },
  );
  return name;
}
