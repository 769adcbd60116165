import type { LiveMachine } from "./live-machine";

/** An entry of the audit log: https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/#audit-k8s-io-v1-Event */
export interface AuditEvent {
  readonly level: string;
  readonly verb: string;
  readonly user: { readonly username: string };
  readonly impersonatedUser?: { readonly username: string };
  readonly objectRef?: { readonly resource: string; readonly namespace: string; readonly name: string };
  readonly responseStatus?: { readonly code: number };
  readonly requestObject?: unknown;
}

/** The audit log of a control plane, read where it is written. */
export class AuditLog {
  constructor(private readonly controlPlane: LiveMachine) {}

  /** What it holds of the objects of one name, oldest first. */
  async entriesOf(name: string): Promise<AuditEvent[]> {
    const events = (await this.linesWith(`"${name}"`)).map((line) => JSON.parse(line) as AuditEvent);
    return events.filter(({ objectRef }) => objectRef?.name === name);
  }

  /** Its lines in which a word stands anywhere. */
  async linesWith(word: string): Promise<string[]> {
    const path = (await this.controlPlane.flagsOf("kube-apiserver"))["audit-log-path"] ?? "";
    const found = await this.controlPlane.shell(`grep --fixed-strings '${word}' '${path}' || [ $? = 1 ]`);
    return found.split("\n").filter((line) => line !== "");
  }
}

/** `who verb namespace/resource status`: who really asked and, behind another name, as whom. */
export function inWords({ user, impersonatedUser, verb, objectRef, responseStatus }: AuditEvent): string {
  const who = [user.username, ...(impersonatedUser ? ["as", impersonatedUser.username] : [])].join(" ");
  return `${who}: ${verb} ${objectRef?.namespace}/${objectRef?.resource} ${responseStatus?.code}`;
}
