import * as path from "node:path";

import { checkedVersion, newestKubernetes } from "../kubernetes-versions";
import { awsParts } from "./aws";
import { deliveryParts } from "./delivery";
import { conformanceParts, type VersionedPart, versionedDefinitions, versionsFor } from "./kubernetes";
import { machineParts } from "./machines";
import type { Part, PartDefinition } from "./part";
import { pulumiParts } from "./pulumi";

export type { ModuleFile, Part } from "./part";

const definitions = {
  ...pulumiParts,
  ...machineParts,
  ...deliveryParts,
  ...awsParts,
  ...conformanceParts,
};

/** Names of the parts that there are in one version. */
export type PartName = keyof typeof definitions;

const folder = path.join(__dirname, "..", "go");

/** The parts that there are in one version, by name. */
export const parts = Object.fromEntries(
  Object.entries<PartDefinition>(definitions).map(([name, part]) => [
    name,
    { name, source: path.join(folder, name), ...part },
  ]),
) as Record<PartName, Part>;

/** A part of which there are several versions is called by its name and version. */
const versioned = (["kubernetes", "etcd", "coredns"] as const).flatMap((name) =>
  versionedDefinitions(name).map((part): Part => {
    const code = path.join(folder, name);
    return { name: `${name}-${part.version}`, source: path.join(code, part.version), code, ...part };
  }),
);

/** Every part, in the order of building: Kubernetes is what takes longest, and what is made of it waits for it. */
export const allParts: readonly Part[] = [...versioned, ...Object.values(parts)];

/** @throws Error when there is no part of this name */
export function partOf(name: string): Part {
  const found = allParts.find((part) => part.name === name);
  if (found === undefined) throw new Error(`no such part: ${name}`);
  return found;
}

/**
 * The parts that belong to a version of Kubernetes.
 *
 * @param kubernetes - default: the newest
 * @throws Error when the toolchain does not have it
 */
export function kubernetesParts(kubernetes: string = newestKubernetes): Record<VersionedPart, Part> {
  const { etcd, coredns, ...wanted } = versionsFor(checkedVersion(kubernetes));
  return {
    kubernetes: partOf(`kubernetes-${wanted.kubernetes}`),
    etcd: partOf(`etcd-${etcd}`),
    coredns: partOf(`coredns-${coredns}`),
  };
}

/**
 * What every environment of a version of Kubernetes needs, in the order of building.
 *
 * @param kubernetes - default: the newest
 */
export function everydayPartsOf(kubernetes: string = newestKubernetes): readonly Part[] {
  const own = Object.values(kubernetesParts(kubernetes));
  return allParts.filter((part) => !part.onDemand || own.includes(part));
}

/** What every new environment needs. */
export const everydayParts: readonly Part[] = everydayPartsOf();
