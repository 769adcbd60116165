import type * as k8s from "@pulumi/kubernetes";
import type { Problems } from "../checks";

/** Where and how a program says how it is. */
export interface HttpProbes {
  /** Path that fails when only a restart helps. Default `/healthz`. */
  readonly liveness?: string;
  /** Path that fails while the pod should get no requests. Default `/readyz`. */
  readonly readiness?: string;
  /** Seconds that the program may take to start, 1 to 3600; it is restarted then. Default 60. */
  readonly startSeconds?: number;
}

/** The three probes of a container. */
export type Probes = Pick<
  k8s.types.input.core.v1.Container,
  "startupProbe" | "readinessProbe" | "livenessProbe"
>;

export const defaultStartSeconds = 60;

/** Probes of a program that answers HTTP on its port, with 200 when it is well. */
export function httpProbes(
  { liveness = "/healthz", readiness = "/readyz", startSeconds = defaultStartSeconds }: HttpProbes,
  port = "http",
): Probes {
  return {
    // The other probes begin when this one has passed.
    startupProbe: {
      httpGet: { path: liveness, port },
      periodSeconds: 1,
      failureThreshold: startSeconds,
    },
    readinessProbe: { httpGet: { path: readiness, port }, periodSeconds: 2, timeoutSeconds: 2 },
    livenessProbe: { httpGet: { path: liveness, port }, periodSeconds: 10, timeoutSeconds: 5 },
  };
}

/** How a program says how it is that answers something else than HTTP, or HTTP too. */
export interface StatefulProbes {
  /**
   * Command in the container that ends with 0 while it may get requests, such as `["pg_isready"]`. Default: it may
   * while it takes connections on its port.
   */
  readonly command?: readonly string[];
  /** Paths that it answers on its port, instead of a command. Default: none are asked. */
  readonly http?: Omit<HttpProbes, "startSeconds">;
  /** Seconds that the program may take to start, 1 to 3600; it is restarted then. Default 60. */
  readonly startSeconds?: number;
}

/**
 * Probes of a program that keeps data. It is restarted only when it takes no connections any more: one that is slow
 * because it has much to do would only have more to do after a restart.
 */
export function statefulProbes(
  { command, http, startSeconds = defaultStartSeconds }: StatefulProbes,
  port: string,
): Probes {
  if (http !== undefined) return httpProbes({ ...http, startSeconds }, port);
  const takesConnections = { tcpSocket: { port } };
  const isReady = command === undefined ? takesConnections : { exec: { command: [...command] } };
  return {
    startupProbe: { ...isReady, periodSeconds: 1, timeoutSeconds: 5, failureThreshold: startSeconds },
    readinessProbe: { ...isReady, periodSeconds: 5, timeoutSeconds: 5 },
    livenessProbe: { ...takesConnections, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 },
  };
}

export function checkStatefulProbes(
  problems: Problems,
  { command, http, startSeconds }: StatefulProbes,
): void {
  problems.expect(
    command === undefined || command.length > 0,
    "probes.command",
    command,
    "give a program first",
  );
  const one = command === undefined || http === undefined;
  problems.expect(one, "probes.http", http, "give one of command and http");
  checkPaths(problems, "probes.http", http ?? {});
  problems.expectWhole("probes.startSeconds", startSeconds, 1, 3600);
}

export function checkProbes(problems: Problems, probes: HttpProbes): void {
  checkPaths(problems, "probes", probes);
  problems.expectWhole("probes.startSeconds", probes.startSeconds, 1, 3600);
}

function checkPaths(problems: Problems, setting: string, { liveness, readiness }: HttpProbes): void {
  for (const [name, path] of Object.entries({ liveness, readiness })) {
    const advice = 'give a path that begins with "/"';
    problems.expect(path === undefined || path.startsWith("/"), `${setting}.${name}`, path, advice);
  }
}
