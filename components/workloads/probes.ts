import type * as k8s from "@pulumi/kubernetes";

import type { Problems } from "./checks";

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
export function httpProbes({
  liveness = "/healthz",
  readiness = "/readyz",
  startSeconds = defaultStartSeconds,
}: HttpProbes): Probes {
  return {
    // The other probes begin when this one has passed.
    startupProbe: {
      httpGet: { path: liveness, port: "http" },
      periodSeconds: 1,
      failureThreshold: startSeconds,
    },
    readinessProbe: { httpGet: { path: readiness, port: "http" }, periodSeconds: 2, timeoutSeconds: 2 },
    livenessProbe: { httpGet: { path: liveness, port: "http" }, periodSeconds: 10, timeoutSeconds: 5 },
  };
}

export function checkProbes(problems: Problems, { liveness, readiness, startSeconds }: HttpProbes): void {
  for (const [setting, path] of Object.entries({ liveness, readiness })) {
    const advice = 'give a path that begins with "/"';
    problems.expect(path === undefined || path.startsWith("/"), `probes.${setting}`, path, advice);
  }
  problems.expectWhole("probes.startSeconds", startSeconds, 1, 3600);
}
