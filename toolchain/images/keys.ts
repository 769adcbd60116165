import { goArchitecture, partKey } from "../cache";
import { describeFile, filesBelow, keyOf } from "../content-key";
import { newestKubernetes } from "../kubernetes-versions";
import { partOf } from "../parts";
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
import { bareMachine, podImages } from "./machine-images";

/** The images that every environment is made of. */
export type EverydayImage = "debian" | "load-balancer" | "registry" | "node" | "machine";

/** The images that environments are made of. */
export type ImageKind = EverydayImage | ImageOnDemand;

/**
 * Name and tag of an image in the local Docker daemon. It follows from the committed files and the toolchain's mode, so
 * that it is known before the image exists, and needs no Docker: another content always has another name.
 *
 * @param version - the machines' Kubernetes; default: the newest. Other images serve every version
 * @throws Error when the toolchain does not have it
 */
export function imageName(kind: ImageKind, version: string = newestKubernetes): string {
  if (kind === "machine") return machineName(version);
  return nameOf({ debian, "load-balancer": loadBalancer, registry, node, ...imagesOnDemand }[kind]);
}

/**
 * Whose key it is: of what is made here, or the same wherever it is made. Then what only this host has does not count, whose
 * certificate authorities go into its images.
 */
export type KeyScope = "this host" | "any host";

/** Build arguments that are this host's. */
const hostArguments: readonly string[] = ["AUTHORITIES"];

/** `slipway/<name>:<key>` of an image that `docker build` makes, or debootstrap, in the mode that the toolchain is in. */
export function nameOf(wanted: Image, scope: KeyScope = "this host"): string {
  const image = inThisMode(wanted);
  const { name, programs, args } = image;
  return `slipway/${name}:${keyOf({
    files: describeInputs(image.folder),
    programs: Object.entries(programs).map(([part, files]) => [partKey(partOf(part)), files]),
    images: Object.entries(image.images).map(([argument, other]) => [argument, nameOf(other, scope)]),
    args: scope === "this host" ? args : withoutHost(args),
  })}`;
}

function withoutHost(args: Image["args"]): Image["args"] {
  return Object.fromEntries(Object.entries(args).filter(([name]) => !hostArguments.includes(name)));
}

/** A machine's name covers its pod images: preload.sh, which adds them, is in the bare machine's folder. */
function machineName(version: string, scope: KeyScope = "this host"): string {
  const pods = podImages(version).map((pod) => [nameOf(pod, scope), pod.podNames]);
  return `slipway/machine:${keyOf({ bareMachine: nameOf(bareMachine(version), scope), pods })}`;
}

/** Key of the files that make a machine of a stock system, with their architecture: `0a5186d48e00-amd64`. */
export function machineFilesKey(scope: KeyScope, version: string = newestKubernetes): string {
  return `${keyOf([machineName(version, scope), nameOf(machineFiles, scope)])}-${goArchitecture}`;
}

/**
 * Everything of a folder's files that ends up in an image. Its pages for people do not: a corrected word in a README
 * must not give the image another name, and so replace every machine.
 */
function describeInputs(folder: string): unknown[] {
  return filesBelow(folder)
    .filter((file) => !file.endsWith(".md"))
    .map((file) => describeFile(folder, file));
}
