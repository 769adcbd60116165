import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import type { V1Deployment, V1StatefulSet } from "@kubernetes/client-node";
import { runtime } from "@pulumi/pulumi";

import { rolloutStatusProvider } from "../../../../components/workloads/rollout-status";
import { stateOf, statefulStateOf, waitForRollout } from "../../../../components/workloads/rollout-watch";

const rollout = {
  kind: "Deployment",
  namespace: "shop",
  name: "catalog",
  generation: 3,
  deadlineSeconds: 600,
} as const;

function deployment(status: V1Deployment["status"]): V1Deployment {
  const metadata = { name: "catalog", namespace: "shop" };
  return { metadata, spec: { replicas: 2, selector: {}, template: {} }, status };
}

const exceeded = { type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded" };

test.each<[V1Deployment["status"], string]>([
  [undefined, "waiting for the roll-out to begin"],
  [
    { observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 2 },
    "waiting for the roll-out to begin",
  ],
  [{ observedGeneration: 3, replicas: 3, updatedReplicas: 1 }, "1 of 2 new pods are there"],
  [
    { observedGeneration: 3, replicas: 3, updatedReplicas: 2, availableReplicas: 3 },
    "1 old pods are still there",
  ],
  [{ observedGeneration: 3, replicas: 2, updatedReplicas: 2, availableReplicas: 1 }, "1 of 2 pods are ready"],
  [{ observedGeneration: 3, replicas: 2, updatedReplicas: 2, availableReplicas: 2 }, "done"],
  [{ observedGeneration: 4, replicas: 2, updatedReplicas: 2, availableReplicas: 2 }, "done"],
  [
    { observedGeneration: 3, replicas: 3, updatedReplicas: 1, availableReplicas: 2, conditions: [exceeded] },
    "failed",
  ],
  // What it says of the roll-out before counts no more.
  [{ observedGeneration: 2, conditions: [exceeded] }, "waiting for the roll-out to begin"],
])("judges %j: %s", (status, state) => {
  expect(stateOf(deployment(status), 3)).toBe(state);
});

const database = (status: Partial<V1StatefulSet["status"]>, replicas = 1): V1StatefulSet => ({
  metadata: { name: "orders-db", namespace: "shop" },
  spec: { replicas, selector: {}, template: {} },
  status: { replicas, ...status },
});
const same = { currentRevision: "a", updateRevision: "a" };
const other = { currentRevision: "a", updateRevision: "b" };

test.each<[Partial<V1StatefulSet["status"]>, string]>([
  // As it is right after a change: the old pods are all ready, and count as the new ones.
  [{ observedGeneration: 2, availableReplicas: 1, ...same }, "waiting for the roll-out to begin"],
  [{ observedGeneration: 3, availableReplicas: 1, ...other }, "0 of 1 new pods are there"],
  [{ observedGeneration: 3, updatedReplicas: 1, ...other }, "0 of 1 pods are ready"],
  [{ observedGeneration: 3, updatedReplicas: 1, availableReplicas: 1, ...other }, "done"],
  [{ observedGeneration: 3, availableReplicas: 1, ...same }, "done"],
  [{ observedGeneration: 3, replicas: 2, availableReplicas: 2, ...same }, "1 pods too many are still there"],
])("judges a StatefulSet's %j: %s", (status, state) => {
  expect(statefulStateOf(database(status), 3)).toBe(state);
});

test("none of no pods is done", () => {
  const none = { spec: { replicas: 0, selector: {}, template: {} }, status: { observedGeneration: 3 } };
  expect(stateOf(none, 3)).toBe("done");
});

describe("on a cluster", () => {
  /** What it answers at each path, in turn; the last again and again. A number is a status without a body. */
  let answers: Record<string, unknown[]>;
  let server: Server;
  let kubeconfig: string;

  // The library takes seconds to load where much else is going on.
  beforeAll(async () => {
    await import("@kubernetes/client-node");
  }, 120_000);

  beforeEach(async () => {
    server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? "", "http://api");
      const left = answers[pathname] ?? [404];
      const answer = left.length > 1 ? left.shift() : left[0];
      response.statusCode = typeof answer === "number" ? answer : 200;
      const isText = typeof answer === "string";
      response.setHeader("content-type", isText ? "text/plain" : "application/json");
      response.end(isText ? answer : JSON.stringify(answer));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    kubeconfig = JSON.stringify({
      clusters: [
        { name: "c", cluster: { server: `http://127.0.0.1:${port}`, "insecure-skip-tls-verify": true } },
      ],
      users: [{ name: "u", user: {} }],
      contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
      "current-context": "x",
    });
  });

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const path = "/apis/apps/v1/namespaces/shop/deployments/catalog";
  const done = deployment({ observedGeneration: 3, replicas: 2, updatedReplicas: 2, availableReplicas: 2 });

  test("says each change once, and sits out an API that gives no answer", async () => {
    const waiting = deployment({ observedGeneration: 3, replicas: 2, updatedReplicas: 1 });
    answers = { [path]: [waiting, 503, waiting, done] };
    const said: string[] = [];
    await waitForRollout(kubeconfig, rollout, (line) => said.push(line));
    expect(said).toEqual(["1 of 2 new pods are there"]);
  }, 20_000);

  test("gives a StatefulSet up that makes no step, and says how long it waited", async () => {
    answers = {
      "/apis/apps/v1/namespaces/shop/statefulsets/orders-db": [database({ observedGeneration: 3, ...other })],
      "/api/v1/namespaces/shop/pods": [{ items: [] }],
    };
    const stuck = { ...rollout, kind: "StatefulSet", name: "orders-db", deadlineSeconds: 1 } as const;
    await expect(waitForRollout(kubeconfig, stuck, () => undefined)).rejects.toThrow(
      "the roll-out of shop/orders-db made no step within 1 s; no pod serves",
    );
  }, 20_000);

  test("fails at once for a Deployment that is not there", async () => {
    answers = {};
    await expect(waitForRollout(kubeconfig, rollout, () => undefined)).rejects.toThrow("404");
  }, 20_000);

  test("fails with the state, the last warning and the last lines of a pod that is not ready", async () => {
    const pods = "/api/v1/namespaces/shop/pods";
    const crashed = {
      metadata: { name: "catalog-2", creationTimestamp: "2026-01-02T00:00:00Z" },
      status: {
        phase: "Running",
        conditions: [{ type: "Ready", status: "False" }],
        containerStatuses: [
          {
            restartCount: 2,
            state: { waiting: { reason: "CrashLoopBackOff" } },
            lastState: { terminated: { exitCode: 3, reason: "Error" } },
          },
        ],
      },
    };
    const ready = {
      metadata: { name: "catalog-1" },
      status: { conditions: [{ type: "Ready", status: "True" }] },
    };
    answers = {
      [path]: [deployment({ observedGeneration: 3, availableReplicas: 1, conditions: [exceeded] })],
      [pods]: [{ items: [ready, crashed] }],
      "/api/v1/namespaces/shop/events": [
        {
          items: [
            { message: "too early", lastTimestamp: "2026-01-02T00:00:01Z" },
            { message: "Back-off restarting failed container", lastTimestamp: "2026-01-02T00:00:09Z" },
          ],
        },
      ],
      [`${pods}/catalog-2/log`]: ["reading the settings\nno such setting: DATABASE_URL\n"],
    };
    await expect(waitForRollout(kubeconfig, rollout, () => undefined)).rejects.toThrow(
      [
        "the roll-out of shop/catalog made no step within 600 s; 1 pods go on serving",
        "  pod catalog-2: CrashLoopBackOff; ended with exit code 3 (Error); restarted 2 times; " +
          "Back-off restarting failed container",
        "    | reading the settings",
        "    | no such setting: DATABASE_URL",
      ].join("\n"),
    );
  }, 20_000);
});

describe("what is remembered of a roll-out", () => {
  const news = { ...rollout, kubeconfig: "new" };

  test("is another with another generation, and not with another kubeconfig", async () => {
    expect(await rolloutStatusProvider.diff?.("id", rollout, news)).toEqual({ changes: false });
    expect(await rolloutStatusProvider.diff?.("id", { ...rollout, generation: 2 }, news)).toEqual({
      changes: true,
    });
  });

  test("has no secret, and little else, in the text of its provider", async () => {
    const { text, containsSecrets } = await runtime.serializeFunction(() => rolloutStatusProvider, {
      allowSecrets: true,
    });
    expect(containsSecrets).toBe(false);
    expect(text.length).toBeLessThan(30_000);
  });
});
