import { isIPv4 } from "node:net";

/** DNS label, RFC 1123: what a machine's name is made of. */
export function isDnsLabel(text: string, maxLength: number): boolean {
  return text.length <= maxLength && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(text);
}

/** A host's name, or its IPv4 address. */
export function isHost(text: string): boolean {
  return isIPv4(text) || (isDnsSubdomain(text) && !/^[\d.]+$/.test(text));
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
export function isLabelName(text: string): boolean {
  const slash = text.indexOf("/");
  const name = text.slice(slash + 1);
  return isNamePart(name) && (slash < 0 || isDnsSubdomain(text.slice(0, slash)));
}

/** Empty, or as the part of a label's name after the slash. */
export function isLabelValue(text: string): boolean {
  return text === "" || isNamePart(text);
}

/** What a kubelet may set on its own node although it is in Kubernetes' domain. */
const kubeletLabels = new Set([
  "beta.kubernetes.io/arch",
  "beta.kubernetes.io/instance-type",
  "beta.kubernetes.io/os",
  "failure-domain.beta.kubernetes.io/region",
  "failure-domain.beta.kubernetes.io/zone",
  "kubernetes.io/arch",
  "kubernetes.io/hostname",
  "kubernetes.io/os",
  "node.kubernetes.io/instance-type",
  "topology.kubernetes.io/region",
  "topology.kubernetes.io/zone",
]);

/**
 * Whether a kubelet may set this label on its own node: it does not start with any other, and NodeRestriction refuses
 * them (k8s.io/kubelet/pkg/apis/well_known_labels.go,
 * https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#noderestriction).
 */
export function isKubeletLabel(name: string): boolean {
  const domain = name.slice(0, Math.max(0, name.indexOf("/")));
  return (
    !isWithin(domain, ["kubernetes.io", "k8s.io"]) ||
    isWithin(domain, ["kubelet.kubernetes.io", "node.kubernetes.io"]) ||
    kubeletLabels.has(name)
  );
}

/** MiB of a quantity such as `2Gi`, `1.5Gi` or `1536Mi`; NaN for anything else, and when it is not whole. */
export function memoryMiB(text: string): number {
  const match = /^([0-9]+(?:\.[0-9]+)?)(Mi|Gi)$/.exec(text);
  const amount = Number(match?.[1]) * (match?.[2] === "Gi" ? 1024 : 1);
  return Number.isInteger(amount) ? amount : NaN;
}

function isNamePart(text: string): boolean {
  return text.length <= 63 && /^[A-Za-z0-9]([-\w.]*[A-Za-z0-9])?$/.test(text);
}

function isDnsSubdomain(text: string): boolean {
  return text.length <= 253 && text.split(".").every((label) => isDnsLabel(label, 253));
}

function isWithin(domain: string, parents: readonly string[]): boolean {
  return parents.some((parent) => domain === parent || domain.endsWith(`.${parent}`));
}

/** A duration such as `365d`, `12h` or `30m` in seconds; NaN when it is none. */
export function seconds(text: string): number {
  const [, digits, unit] = /^([1-9][0-9]{0,6})([dhm])$/.exec(text) ?? [];
  if (digits === undefined) return NaN;
  return Number(digits) * (unit === "d" ? 86_400 : unit === "h" ? 3600 : 60);
}
