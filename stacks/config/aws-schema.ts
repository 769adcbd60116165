import { isIPv4 } from "node:net";

import { z } from "zod";

import { formatNetwork, parseCidr } from "../../components/checks/cidr";
import { settingsGroup, wholeNumber, wording } from "./schema-parts";

/** Whole GiB: EBS knows no others. */
const gibibytes = /^([1-9]\d{0,4})Gi$/;
const largestVolume = 16_384;

/** An instance's type, as in `m7i.large` or `u-6tb1.metal`. */
export function instanceType() {
  const error = wording("is not an instance type", "one such as m7i.large");
  return z.string(error).regex(/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/, error);
}

/** Types of a pool's machines. */
export function instanceTypes() {
  const error = wording("is not a list of instance types", "one such as [m7i.large, m6i.large]");
  return z.array(instanceType(), error).nonempty(error).optional();
}

/** GiB of a volume's size, written as in `20Gi`. */
export function volume(min: number) {
  const error = wording("is not a volume's size", `whole GiB from ${min}Gi to ${largestVolume}Gi`);
  const size = (text: string): number => Number(gibibytes.exec(text)?.[1]);
  return z
    .string(error)
    .refine((text) => size(text) >= min && size(text) <= largestVolume, error)
    .transform(size)
    .optional();
}

/** The settings that are about AWS alone. */
export function awsSettings() {
  return settingsGroup({
    region: text(/^[a-z]{2}(-[a-z]+)+-\d$/, "is not a region", "one such as eu-central-1"),
    zones: perZone(
      required(/^[a-z]{2}(-[a-z]+)+-\d[a-z]$/, "is not a zone", "one such as eu-central-1a"),
      "zones",
      "[eu-central-1a, eu-central-1b, eu-central-1c]",
    ),
    access: z
      .enum(["tunnel", "vpc", "public"], wording("is not a way to the API", "tunnel, vpc or public"))
      .optional(),
    allowedCidrs: list(clients(), "networks", "[203.0.113.0/24]"),
    wholeInternet: yesOrNo(),
    ingress: z
      .enum(["internal", "public"], wording("is not who reaches the ingress", "internal or public"))
      .optional(),
    natPerZone: yesOrNo(),
    flowLogDays: z
      .literal(logDays, wording("is not a time that CloudWatch keeps logs", `one of ${logDays.join(", ")}`))
      .optional(),
    vpc: settingsGroup({
      id: text(/^vpc-[0-9a-f]{8,17}$/, "is not a VPC's id", "one such as vpc-0a1b2c3d"),
      privateSubnets: perZone(subnet(), "subnets", subnetExample),
      publicSubnets: perZone(subnet(), "subnets", subnetExample),
      controlPlaneAddresses: list(
        z
          .string(wording("is not an IPv4 address", "one such as 10.20.0.10"))
          .refine(isIPv4, wording("is not an IPv4 address", "one such as 10.20.0.10")),
        "addresses",
        "[10.20.0.10, 10.20.64.10, 10.20.128.10]",
      ),
    }),
    images: settingsGroup({ amd64: image(), arm64: image() }),
    alarmEmails: list(
      required(/^[^\s@]+@[^\s@]+$/, "is not an e-mail address", "one such as on-call@example.com"),
      "e-mail addresses",
      "[on-call@example.com]",
    ),
    machineFiles: z
      .enum(["bucket", "image"], wording("is not where machines have their files from", "bucket or image"))
      .optional(),
    deletionProtection: yesOrNo(),
    backups: settingsGroup({
      lockedDays: wholeNumber("is not a number of days", 1, 36_500),
      keptDays: wholeNumber("is not a number of days", 2, 36_500),
    }),
    gitHub: settingsGroup({
      repository: text(/^[\w.-]+\/[\w.-]+$/, "is not a repository", "one such as organization/repository"),
      previewBranches: list(name(), "branches", "[main]"),
      environment: name().optional(),
      branch: name().optional(),
      stateBucket: text(
        /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
        "is not a bucket's name",
        "one such as acme-state",
      ),
      stateKey: arn("kms"),
      provider: arn("iam"),
      permissionsBoundary: arn("iam"),
    }),
  });
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const logDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

const subnetExample = "[subnet-0a1b2c3d, subnet-1a2b3c4d, subnet-2a3b4c5d]";

function required(pattern: RegExp, wrong: string, advice: string) {
  const error = wording(wrong, advice);
  return z.string(error).regex(pattern, error);
}

function text(pattern: RegExp, wrong: string, advice: string) {
  return required(pattern, wrong, advice).optional();
}

const subnet = () =>
  required(/^subnet-[0-9a-f]{8,17}$/, "is not a subnet's id", "one such as subnet-0a1b2c3d");
const image = () => text(/^ami-[0-9a-f]{8,17}$/, "is not an image's id", "one such as ami-0a1b2c3d");
const name = () => required(/^[^\s*?]+$/, "is not a name", 'one without spaces, "*" and "?"');
const arn = (service: string) =>
  text(new RegExp(`^arn:aws[a-z-]*:${service}:`), "is not an ARN", `one such as arn:aws:${service}:…`);

/** Whoever may reach the API: any network, one address (/32) too. */
function clients() {
  const error = wording(
    "is not an IPv4 network in CIDR form",
    "one without host bits, such as 203.0.113.0/24",
  );
  return z.string(error).refine((text) => {
    const cidr = parseCidr(text);
    return cidr !== undefined && formatNetwork(cidr) === text;
  }, error);
}

function yesOrNo() {
  // Pulumi hands what stands at the top over as text; these never do.
  return z.boolean(wording("is neither yes nor no", "true or false")).optional();
}

function list<Element extends z.ZodType>(element: Element, what: string, example: string) {
  const error = wording(`is not a list of ${what}`, `one such as ${example}`);
  return z.array(element, error).nonempty(error).optional();
}

function perZone<Element extends z.ZodType>(element: Element, what: string, example: string) {
  const error = wording(`is not a list of three ${what}`, `one such as ${example}`);
  return z.tuple([element, element, element], error).optional();
}
