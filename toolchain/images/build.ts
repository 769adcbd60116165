// Builds the images with the local Docker daemon: `npx tsx toolchain/images/build.ts [--environment dev] [--for tests]`.
import { existsSync, readdirSync } from "node:fs";
import * as path from "node:path";
import { parseArgs } from "node:util";

import { cacheRoot, isBuilt, partDirectory } from "../cache";
import { prepareHost } from "../docker";
import { withLock } from "../lock";
import { partOf } from "../parts";
import { duration } from "../progress";
import { demandOf, demandOptions, wantedImages, wantedVersions, wantsMachineFiles } from "../wanted";
import { interruptCommands } from "./command";
import { buildDebian } from "./debian";
import { type Context, buildImage, imageExists } from "./docker";
import {
  type Image,
  type ImageOnDemand,
  debian,
  imagesOnDemand,
  inThisMode,
  loadBalancer,
  machineFiles,
  node,
  registry,
} from "./images";
import { type ImageKind, imageName, nameOf } from "./keys";
import { buildMachine } from "./machine";
import { buildMachineFiles, machineFilesFolder } from "./machine-files";
import { bareMachine, podImages } from "./machine-images";
import { withNodePackages } from "./node-packages";
import { failCommand } from "../command";

/** What is made beside the images that are the same for everybody. */
export interface Wanted {
  /** Of Kubernetes: each has a machine of its own. */
  versions: readonly string[];
  /** Images that not every environment needs. */
  images: readonly ImageOnDemand[];
  /** Whether machines are made of stock systems. Default: false. */
  machineFiles?: boolean;
}

/** One line of progress: an image, and how it is made. */
interface Step {
  /** What it makes, for its reader. */
  title: string;
  /** What is there when it is done: the image's name, or a folder. */
  name: string;
  /** Whether it is there. */
  isThere: () => Promise<boolean>;
  /** Makes it, with whatever it is made from. */
  make: (tell: Tell) => Promise<void>;
}

/** Takes what is being done for an image at the moment. */
export type Tell = (text: string) => void;

/** Everything that every environment needs, in an order in which each image's bases come first, and what is wanted too. */
function steps({ versions, images, machineFiles: ofStockSystems = false }: Wanted): Step[] {
  const kind = (title: ImageKind, make: Step["make"]): Step => {
    const name = imageName(title);
    return { title, name, isThere: () => imageExists(name), make };
  };
  return [
    kind("debian", (tell) => ensure(debian, tell)),
    kind("load-balancer", (tell) => ensure(loadBalancer, tell)),
    kind("registry", (tell) => ensure(registry, tell)),
    kind("node", (tell) => ensure(node, tell)),
    ...versions.map(machineStep),
    ...images.map((name) => kind(name, (tell) => ensure(imagesOnDemand[name], tell))),
    ...(ofStockSystems ? versions.map(machineFilesStep) : []),
  ];
}

function machineStep(version: string): Step {
  const name = imageName("machine", version);
  return {
    title: `machine of Kubernetes ${version}`,
    name,
    isThere: () => imageExists(name),
    make: async (tell) => {
      const pods = podImages(version);
      for (const image of [bareMachine(version), ...pods]) await ensure(image, tell);
      tell(`preloading ${pods.length} pod images`);
      await buildMachine(version);
    },
  };
}

function machineFilesStep(version: string): Step {
  const folder = machineFilesFolder(version);
  return {
    title: `machine-files of Kubernetes ${version}`,
    name: folder,
    isThere: () => Promise.resolve(existsSync(folder)),
    make: (tell) => buildMachineFiles(programFiles(inThisMode(machineFiles)), tell, version),
  };
}

/**
 * Makes sure that every image exists. An image gets its name when it is complete, so that what is interrupted is
 * made again.
 *
 * @param say - takes each line of progress
 * @param signal - no further image is begun once it fires
 * @throws Error that names the image and says what failed
 */
export async function buildImages(
  wanted: Wanted,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const all = steps(wanted);
  for (const [index, step] of all.entries()) {
    signal.throwIfAborted();
    await runStep(step, (text) => {
      say(`[${index + 1}/${all.length}] ${step.title}: ${text}`);
    });
  }
}

async function isEverythingThere(wanted: Wanted): Promise<boolean> {
  const there = await Promise.all(steps(wanted).map(({ isThere }) => isThere()));
  return there.every(Boolean);
}

async function runStep({ title, name, isThere, make }: Step, tell: Tell): Promise<void> {
  if (await isThere()) {
    tell(`ready (${name})`);
    return;
  }
  const start = Date.now();
  try {
    await make(tell);
  } catch (cause) {
    throw new Error(`image ${title} could not be built: ${(cause as Error).message}`, { cause });
  }
  tell(`built in ${duration((Date.now() - start) / 1000)} (${name})`);
}

/** Makes an image, unless it exists, after the images that it is made from. */
export async function ensure(wanted: Image, tell: Tell): Promise<void> {
  const image = inThisMode(wanted);
  const name = nameOf(image);
  if (await imageExists(name)) return;
  for (const base of Object.values(image.images)) await ensure(base, tell);
  tell(`building ${image.name}`);
  if (image === debian) await buildDebian(name);
  else if (image === node) await withNodePackages((packages) => build(image, packages));
  else await build(image, []);
}

async function build(image: Image, more: Context): Promise<void> {
  const bases = Object.entries(image.images).map(([argument, base]) => [argument, nameOf(base)]);
  const own = { folder: image.folder, files: readdirSync(image.folder) };
  const args = { ...image.args, ...(Object.fromEntries(bases) as Record<string, string>) };
  await buildImage(nameOf(image), [own, ...programFiles(image), ...more], args);
}

/** @throws Error if the toolchain has not made them yet */
function programFiles({ programs }: Image): Context {
  return Object.entries(programs).map(([name, files]) => {
    const part = partOf(name);
    if (!isBuilt(part))
      throw new Error(`${name} is not built yet: run \`npx tsx toolchain/build.ts\` first.`);
    return { folder: partDirectory(part), files };
  });
}

async function main(): Promise<void> {
  const demand = await demandOf(parseArgs({ options: demandOptions }).values);
  const wanted: Wanted = {
    versions: wantedVersions(demand),
    images: wantedImages(demand),
    machineFiles: wantsMachineFiles(demand),
  };
  const say = (line: string): void => {
    console.log(line);
  };
  const interruption = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      interruption.abort(new Error(`ended by ${signal}; images that are complete are kept`));
      interruptCommands();
    });
  }
  await prepareHost(say);
  const waiting = (holder: string): void => {
    say(`waiting for process ${holder}, which builds images`);
  };
  const build = (): Promise<void> => buildImages(wanted, say, interruption.signal);
  const lock = path.join(cacheRoot(), "images.lock");
  // Who has nothing to build waits for nobody.
  if (await isEverythingThere(wanted)) await build();
  else await withLock(lock, waiting, build, interruption.signal);
}

if (require.main === module) {
  main().catch(failCommand);
}
