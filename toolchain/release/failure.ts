/** Something that could not be fetched, with what its reader can do about it. */
export class FetchFailure extends Error {
  /**
   * @param message - what happened, with the address
   * @param advice - what to do, as sentences
   * @param transient - whether the same may work when it is tried again
   */
  constructor(
    message: string,
    readonly advice: string,
    readonly transient = false,
    cause?: unknown,
  ) {
    super(message, { cause });
    this.name = "FetchFailure";
  }
}

/** What helps where nothing can be fetched. */
const elsewhere =
  "SLIPWAY_RELEASE_MIRROR names a mirror, HTTPS_PROXY a proxy, and SLIPWAY_TOOLCHAIN=source builds from Go modules instead.";

/** An answer that is none of what was asked for. */
export function statusFailure(url: string, status: number, text: string): FetchFailure {
  const message = `${url}: the server answered ${status} ${text}`.trimEnd();
  if (status === 404 || status === 410) {
    const advice =
      "This release, or this file of it, is not there: compare the version in toolchain/versions.json with what the " +
      "project publishes, or the mirror with its origin. SLIPWAY_TOOLCHAIN=source builds from Go modules instead.";
    return new FetchFailure(message, advice);
  }
  const transient = status === 408 || status === 429 || status >= 500;
  const again = transient ? "Run it again: what was fetched is kept. " : "";
  return new FetchFailure(message, `${again}${elsewhere}`, transient);
}

/** What the network said of an address that gave no answer, or broke off. */
export function networkFailure(url: string, error: unknown): FetchFailure {
  const reason = rootCause(error);
  if (reason.includes("redirect count exceeded")) {
    return new FetchFailure(`${url}: it redirects in a circle, or more than 20 times`, elsewhere);
  }
  if (/certificate|self.signed|unable to verify/i.test(reason)) {
    const advice = `If your network has an authority of its own, name its file in NODE_EXTRA_CA_CERTS. ${elsewhere}`;
    return new FetchFailure(`${url}: ${reason}`, advice, false, error);
  }
  const advice = `Check the network, then run it again: what was fetched is kept and resumed. ${elsewhere}`;
  return new FetchFailure(`${url}: ${reason}`, advice, true, error);
}

/** fetch says `fetch failed` or `terminated`; what happened is in its cause. */
export function rootCause(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause !== undefined) return rootCause(error.cause);
  // An error for each address that was tried has no words of its own.
  if (error.message === "" && "code" in error) return String(error.code);
  return error.message;
}

/** A part that could not be fetched, as the user reads it. */
export function partFailure(part: string, error: unknown): Error {
  const reason = error instanceof Error ? error.message : String(error);
  const advice = error instanceof FetchFailure ? error.advice : systemAdvice(reason);
  return new Error(`${part} could not be fetched: ${reason}\n  what to do: ${advice}`, { cause: error });
}

function systemAdvice(reason: string): string {
  if (reason.includes("ENOSPC"))
    return "The disk is full. Free some space, or move the cache (SLIPWAY_CACHE) to another disk, then run it again.";
  return `Run it again: what was fetched is kept. ${elsewhere}`;
}
