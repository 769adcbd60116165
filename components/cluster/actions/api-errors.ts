import { setTimeout as sleep } from "node:timers/promises";

/** What the API said when it refused a request. */
export interface Refusal {
  /** HTTP status. */
  readonly code: number;
  /** In the API's own words; empty where it said nothing. */
  readonly message: string;
  /** Machine-readable causes, such as `NamespaceTerminating`. */
  readonly causes: readonly string[];
}

interface Status {
  readonly message?: string;
  readonly details?: { readonly causes?: readonly { readonly reason?: string }[] };
}

/** What an error of the client says that the API refused; undefined for any other error. */
export function refusalOf(error: unknown): Refusal | undefined {
  const { code, body } = error as { readonly code?: unknown; readonly body?: unknown };
  if (typeof code !== "number") return undefined;
  const { message = "", details } = statusOf(body);
  return { code, message, causes: (details?.causes ?? []).flatMap(({ reason }) => reason ?? []) };
}

function statusOf(body: unknown): Status {
  if (typeof body === "object" && body !== null) return body;
  try {
    return JSON.parse(String(body)) as Status;
  } catch {
    return {};
  }
}

/** How long to wait between two attempts, in milliseconds. */
const pause = 1000;

/** Does what may be repeated, again while nobody answers. */
export async function patiently<T>(seconds: number, attempt: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!isUnanswered(error) || Date.now() > deadline) throw error;
      await sleep(pause);
    }
  }
}

/** Whether nobody answered, or one who could not: an API server whose etcd has just left, say. */
export function isUnanswered(error: unknown): boolean {
  const { name, code } = error as { readonly name?: unknown; readonly code?: unknown };
  return name === "FetchError" || typeof code === "string" || (typeof code === "number" && code >= 500);
}

/** An error in one sentence, without the headers and the stack that the client's own message has. */
export function sentence(error: unknown): string {
  const refusal = refusalOf(error);
  if (refusal) return refusal.message || `the API answered ${refusal.code}`;
  return error instanceof Error ? error.message : String(error);
}
