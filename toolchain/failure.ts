import { existsSync, readFileSync } from "node:fs";

/** How many of the last lines of a log a message quotes. */
const quotedLines = 15;

/** What Go and the system say, and what helps against it. The first that matches counts. */
const advices: readonly (readonly [RegExp, string])[] = [
  [
    /no space left on device/,
    "The disk is full. Free some space (`go clean -cache` drops what Go can compile again), then run it again.",
  ],
  [
    /checksum mismatch|SECURITY ERROR/,
    "A module differs from the one that the committed go.sum names. Do not go around it: clear the download with " +
      "`go clean -modcache` and run it again; if it stays, the proxy ($GOPROXY) serves something else.",
  ],
  [
    /dial tcp|no such host|i\/o timeout|TLS handshake|connection re(fused|set)|proxyconnect|50[234] |unexpected EOF/,
    "The Go module proxy cannot be reached. Check the network, and `go env GOPROXY` if yours has a mirror, then " +
      "run it again: what is downloaded already is kept.",
  ],
  [
    /missing go\.sum entry|updates to go\.mod needed/,
    "go.mod and go.sum do not agree. Run `go mod tidy` in the part's folder and commit both files.",
  ],
  [
    /signal: killed|cannot allocate memory/,
    "The compiler ran out of memory: the largest part links with about 3 GB. Free some memory, then run it again.",
  ],
];

/** A part that could not be built, with everything that its reader needs to know. */
export class BuildFailure extends Error {
  /**
   * @param part - the part's name
   * @param step - what was being done, as in `go build ./cmd/x`
   * @param log - path of the file that has all of the output
   * @param cause - why, when the log does not tell
   */
  constructor(
    readonly part: string,
    step: string,
    log: string,
    cause: unknown,
  ) {
    super(failureMessage(part, step, log, cause), { cause });
    this.name = "BuildFailure";
  }
}

function failureMessage(part: string, step: string, log: string, cause: unknown): string {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const lines = existsSync(log) ? readFileSync(log, "utf8").trimEnd().split("\n") : [];
  // Every download is a line of its own and says nothing about the failure.
  const telling = lines.filter((line) => line && !line.startsWith("go: downloading ")).slice(-quotedLines);
  return [
    `${part} could not be built: ${step}: ${reason}`,
    ...telling.map((line) => `    ${line}`),
    `  all output: ${log}`,
    `  what to do: ${advice([reason, ...telling].join("\n"))}`,
  ].join("\n");
}

/** What to do about the failure that `output` shows. */
export function advice(output: string): string {
  return (
    advices.find(([pattern]) => pattern.test(output))?.[1] ??
    "The lines above are the compiler's. If the part's files were edited, undo that; else run it again."
  );
}
