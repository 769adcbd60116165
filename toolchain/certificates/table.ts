import { X509Certificate } from "node:crypto";

import type { CertificateEnds } from "../../components/cluster/actions/certificate-ends";
import { aligned, linesOf } from "../lines";

/** A certificate, as `make certificates` shows it. */
export interface Row {
  /** What it is, or the file that it is in. */
  readonly what: string;
  /** The machine that has it, or `the stack's state`. */
  readonly where: string;
  readonly end: Date;
  readonly renewedBy: string;
}

/** What a machine says of who renews, for a person. */
const renewals = new Map([
  ["machine", "make up, or the machine's timer"],
  ["kubelet", "the kubelet"],
  ["nobody", "make rotate WHAT=authorities"],
]);

/**
 * What a machine says of its own.
 * @param list what `/usr/lib/slipway/certificates list` printed there
 */
export function rowsOfMachine(machine: string, list: string): Row[] {
  return linesOf(list).map((line) => {
    const [what = "", end, by = ""] = line.split("\t");
    return { what, where: machine, end: new Date(Number(end) * 1000), renewedBy: renewals.get(by) ?? by };
  });
}

/** What machines say of their own where nobody can ask them: on their Nodes, the first that ends of each kind. */
export function rowsOfNodes(ends: readonly CertificateEnds[]): Row[] {
  return ends.flatMap(({ node: where, machine, kubelet }) => [
    ...(machine
      ? [{ what: "the first of the control plane's", where, end: machine, renewedBy: "the machine's timer" }]
      : []),
    ...(kubelet
      ? [{ what: "the first of the kubelet's", where, end: kubelet, renewedBy: "the kubelet" }]
      : []),
  ]);
}

interface State {
  readonly deployment: {
    readonly resources?: readonly {
      readonly urn: string;
      readonly type: string;
      readonly outputs?: { readonly certificatePem?: unknown };
    }[];
  };
}

/** What a stack's state has, which only an update renews; authorities are rotated, but that of metrics-server, which is its own. */
export function rowsOfState(exported: string): Row[] {
  const { deployment } = JSON.parse(exported) as State;
  return (deployment.resources ?? []).flatMap(({ urn, type, outputs }) => {
    const pem = outputs?.certificatePem;
    if (typeof pem !== "string") return [];
    const isAuthority = type.endsWith(":CertificateAuthority");
    const renewedBy = isAuthority ? renewalOfAuthority(urn) : "make up";
    const end = new Date(new X509Certificate(pem).validTo);
    return [{ what: urn.split("::").at(-1) ?? "", where: "the stack's state", end, renewedBy }];
  });
}

function renewalOfAuthority(urn: string): string {
  if (urn.includes("slipway:platform:Metrics$")) return "nobody: it ends with the environment";
  const part = urn.includes("slipway:pki:WebIdentity$") ? "web-authority" : "authorities";
  return `make rotate WHAT=${part}`;
}

/** A table, the first that ends on top. */
export function table(rows: readonly Row[], now: number = Date.now()): string {
  const sorted = [...rows].sort((one, other) => one.end.getTime() - other.end.getTime());
  const lines = sorted.map(({ what, where, end, renewedBy }) => [
    what,
    where,
    `${end.toISOString().slice(0, 16).replace("T", " ")} UTC`,
    left(end.getTime() - now),
    renewedBy,
  ]);
  return aligned([["WHAT", "WHERE", "UNTIL", "LEFT", "RENEWED BY"], ...lines]).join("\n");
}

function left(milliseconds: number): string {
  if (milliseconds < 0) return "ended";
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 120) return `${minutes} min`;
  return minutes < 2 * 1440 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} d`;
}
