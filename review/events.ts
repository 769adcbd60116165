import { isRecord } from "./records";

/** A resource before or after a step. Secrets in it are masked by the engine. */
export interface State {
  readonly inputs: Record<string, unknown>;
  readonly outputs: Record<string, unknown>;
  readonly parent: string;
  readonly custom?: boolean;
  /** Whether what is deleted stays where it is, and is only forgotten. */
  readonly retainOnDelete?: boolean;
}

/**
 * What the engine would do to one resource.
 * https://github.com/pulumi/pulumi/blob/v3.259.0/sdk/go/common/apitype/events.go (StepEventMetadata)
 */
export interface Step {
  readonly op: string;
  readonly urn: string;
  readonly type: string;
  readonly old: State | null;
  readonly new: State | null;
  /** Property paths that replace it. */
  readonly keys?: readonly string[];
  /** Top-level properties that change. */
  readonly diffs?: readonly string[];
  /** Property paths that change, where the plugin tells them, and how. */
  readonly detailedDiff: Readonly<Record<string, { readonly diffKind: string }>> | null;
}

/** What a policy found. */
export interface PolicyFinding {
  readonly policy: string;
  readonly mandatory: boolean;
  readonly urn: string;
  readonly message: string;
}

/** What a preview said. */
export interface Preview {
  readonly steps: readonly Step[];
  readonly findings: readonly PolicyFinding[];
  /** Of severity `error`, as the engine printed them. */
  readonly errors: readonly string[];
  /** What the program says of machines and certificates, in order: `roll …` and `certificates: …`. */
  readonly notes: readonly string[];
}

interface PolicyEvent {
  readonly resourceUrn?: string;
  readonly message: string;
  readonly policyName: string;
  readonly enforcementLevel: string;
}

/** A line of `pulumi preview --event-log`. */
interface EngineEvent {
  readonly resourcePreEvent?: { readonly metadata: Step };
  readonly policyEvent?: PolicyEvent;
  readonly diagnosticEvent?: { readonly severity: string; readonly message: string; readonly urn?: string };
}

/** Reads what `pulumi preview --event-log` wrote; a preview that was cut off left what it had said so far. */
export function readPreview(log: string): Preview {
  const events = log.split("\n").flatMap(parsed);
  return {
    steps: events.flatMap(({ resourcePreEvent }) => resourcePreEvent?.metadata ?? []),
    findings: events.flatMap(({ policyEvent }) => (policyEvent ? [finding(policyEvent)] : [])),
    errors: events.flatMap(({ diagnosticEvent }) => (diagnosticEvent ? error(diagnosticEvent) : [])),
    notes: events.flatMap(({ diagnosticEvent }) => (diagnosticEvent ? note(diagnosticEvent) : [])),
  };
}

function parsed(line: string): EngineEvent[] {
  try {
    const event: unknown = JSON.parse(line);
    return isRecord(event) ? [event] : [];
  } catch {
    return [];
  }
}

function finding({ resourceUrn, message, policyName, enforcementLevel }: PolicyEvent): PolicyFinding {
  // The engine puts the policy's description on a line of its own before what it found.
  const [, ...lines] = message.trim().split("\n");
  return {
    policy: policyName,
    mandatory: enforcementLevel === "mandatory",
    urn: resourceUrn ?? "",
    message: lines.length > 0 ? lines.join(" ") : message.trim(),
  };
}

function error({ severity, message, urn }: NonNullable<EngineEvent["diagnosticEvent"]>): string[] {
  // What a mandatory finding fails the preview with says nothing that the finding does not.
  if (severity !== "error" || message.trim() === "preview failed") return [];
  return [`${urn ? `${nameOf(urn)}: ` : ""}${message.trim()}`];
}

function note({ severity, message }: NonNullable<EngineEvent["diagnosticEvent"]>): string[] {
  // The engine's marks for colours.
  const text = message.replaceAll(/<\{%[^%]*%\}>/g, "").trim();
  return severity.startsWith("info") && /^(roll|certificates)\b.*: /.test(text) ? [text] : [];
}

/** The name of a resource, as the program gave it. */
export function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::") || urn;
}
