import { type Settings, settingsOf } from "./environment";
import { type Image, type ImageOnDemand, imagesOnDemand, machineFiles } from "./images/images";
import { checkedVersion, isKubernetesVersion, newestKubernetes } from "./kubernetes-versions";
import { allParts, everydayPartsOf, type Part, type PartName, partOf } from "./parts";
import { runningVersions } from "./running-version";

/** What the toolchain is filled for, beside an environment. */
export type Purpose = keyof typeof purposes;

/** Who wants something of the toolchain. */
export interface Demand {
  /** Of the environment that is to come up. */
  settings: Settings;
  /** What else is to be done with it. Default: nothing. */
  purpose?: Purpose;
  /** Versions of Kubernetes that machines are wanted of. Default: what the settings say, else the newest. */
  versions?: readonly string[];
}

const gitOps: readonly ImageOnDemand[] = ["source-controller", "kustomize-controller", "gitea"];

/** What a cluster on AWS runs beside what every cluster does. */
const inAwsClusters: readonly ImageOnDemand[] = [
  "aws-cloud-controller-manager",
  "kubelet-certificate-approver",
];

/** The images that a setting asks for. What they are made of follows from it. */
const imagesBySetting = new Map([["gitops", gitOps]]);

/** What another platform than Docker asks for: images, and programs of this host. */
const platforms = {
  aws: { images: inAwsClusters, parts: ["pulumi-resource-aws", "session-manager-plugin"] },
} as const satisfies Readonly<
  Record<string, { images: readonly ImageOnDemand[]; parts: readonly PartName[] }>
>;

/** What is used beside environments, or in those of tests and measurements: images, and programs of this host. */
const purposes = {
  tests: { images: [...gitOps, "agent"], parts: ["helm", "k6"] },
  pipelines: { images: ["agent"], parts: ["helm"] },
  aws: platforms.aws,
} as const satisfies Readonly<
  Record<string, { images: readonly ImageOnDemand[]; parts: readonly PartName[] }>
>;

/** The versions of Kubernetes that machines are wanted of. */
export function wantedVersions({ settings, versions }: Demand): readonly string[] {
  return versions ?? [versionFor(settings)];
}

/**
 * What an environment is to run: what its settings say, else what it runs, else the newest. A version that the toolchain
 * does not have is none: that is said when the program runs.
 */
function versionFor({ kubernetesVersion }: Settings, running?: string): string {
  return [kubernetesVersion, running].find(isKubernetesVersion) ?? newestKubernetes;
}

/** The images beside those of every environment that are wanted; each once. */
export function wantedImages({ settings, purpose }: Demand): ImageOnDemand[] {
  const written = Object.keys(settings).filter((name) => isOn(settings[name]));
  const bySetting = written.flatMap((name) => imagesBySetting.get(name) ?? []);
  return [
    ...new Set([
      ...bySetting,
      ...(platformOf(settings)?.images ?? []),
      ...(purpose ? purposes[purpose].images : []),
    ]),
  ];
}

/** Whether files are wanted that make machines of stock systems: AWS' images need them, unless they are prepared. */
export function wantsMachineFiles({ settings, purpose }: Demand): boolean {
  if (purpose === "aws") return true;
  const { aws } = settings;
  const isPrepared =
    typeof aws === "object" && aws !== null && "machineFiles" in aws && aws.machineFiles === "image";
  return platformOf(settings) !== undefined && !isPrepared;
}

/** Every part that is wanted, in the order of building: what every environment needs, and what is asked for. */
export function wantedParts(demand: Demand): Part[] {
  const asked = new Set<string>([
    ...wantedImages(demand).flatMap((name) => partsOf(imagesOnDemand[name])),
    ...(wantsMachineFiles(demand) ? partsOf(machineFiles) : []),
    ...(platformOf(demand.settings)?.parts ?? []),
    ...(demand.purpose ? purposes[demand.purpose].parts : []),
  ]);
  const everyday = new Set(wantedVersions(demand).flatMap((version) => everydayPartsOf(version)));
  return allParts.filter((part) => everyday.has(part) || asked.has(part.name));
}

/**
 * What else is wanted where parts are built: local machines bring our own program, which nobody publishes. Where parts are
 * fetched, and there may be no Go, they do without.
 */
export function builtParts({ settings }: Demand): Part[] {
  return platformOf(settings) === undefined ? [partOf("kubelet-certificate-approver")] : [];
}

/** What the platform asks for; undefined for Docker, and for what is none: that is said when the program runs. */
function platformOf({ platform }: Settings): (typeof platforms)["aws"] | undefined {
  return platform === "aws" ? platforms.aws : undefined;
}

/** A setting switches something on by being there, `{}` too; what is wrong with it is said when the program runs. */
function isOn(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false && value !== "false";
}

/** Names of the parts that an image is made of, in either mode. */
function partsOf({ programs, images, release }: Image): string[] {
  const others = [...Object.values(images), ...(release ? [release] : [])];
  return [...Object.keys(programs), ...others.flatMap(partsOf)];
}

/** What the command line of a build says of {@link Demand}; for `parseArgs`. */
export const demandOptions = {
  environment: { type: "string" },
  for: { type: "string" },
  kubernetes: { type: "string" },
} as const;

/**
 * What is wanted of the toolchain.
 *
 * @param values - of {@link demandOptions}: an environment's name; a purpose; versions of Kubernetes, with commas between
 *   them, in place of the environment's own
 * @param tellRunning - tells what an environment runs; default: Docker or AWS is asked
 * @throws Error when there is no such purpose or version, or the environment's settings cannot be read
 */
export async function demandOf(
  values: {
    environment?: string;
    for?: string;
    kubernetes?: string;
  },
  tellRunning: typeof runningVersions = runningVersions,
): Promise<Demand> {
  const { environment, for: purpose, kubernetes } = values;
  if (purpose !== undefined && !isPurpose(purpose)) {
    throw new Error(`--for is "${purpose}"; write ${Object.keys(purposes).join(", ")}`);
  }
  const settings = environment === undefined ? {} : settingsOf(environment);
  const versions = kubernetes?.split(",").map(checkedVersion) ?? [
    await ownVersion(environment, settings, tellRunning),
  ];
  return { settings, versions, ...(purpose && { purpose }) };
}

/** What an environment is to run. What it runs is asked only where its settings leave it open. */
async function ownVersion(
  environment: string | undefined,
  settings: Settings,
  tellRunning: typeof runningVersions,
): Promise<string> {
  if (environment === undefined || settings.kubernetesVersion !== undefined) return versionFor(settings);
  // Where Docker or AWS does not answer, nothing can be made of what is built: the program says why.
  const [lowest] = await tellRunning(environment, settings).catch(() => []);
  return versionFor(settings, lowest);
}

function isPurpose(text: string): text is Purpose {
  return Object.hasOwn(purposes, text);
}
