import { generateKeyPairSync } from "node:crypto";

import type { V1Pod, V1Secret } from "@kubernetes/client-node";
import * as fc from "fast-check";

import { endlessTokens, keyId, longestLifetime, tokensEnd } from "../../../../toolchain/rotation/tokens";

const pod = (...lifetimes: readonly number[]): V1Pod => ({
  spec: {
    containers: [],
    volumes: lifetimes.map((expirationSeconds) => ({
      name: "token",
      projected: { sources: [{ serviceAccountToken: { expirationSeconds, path: "token" } }] },
    })),
  },
});

const apiServer = (startedAt: Date): V1Pod => ({
  status: {
    containerStatuses: [
      {
        image: "",
        imageID: "",
        name: "kube-apiserver",
        ready: true,
        restartCount: 0,
        state: { running: { startedAt } },
      },
    ],
  },
});

test("a token that was signed until the last API server began has ended by then, whatever its pod asked for", () => {
  const dates = fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true });
  fc.assert(
    fc.property(
      fc.array(dates, { minLength: 1 }),
      fc.array(fc.integer({ min: 600, max: 10_000_000 })),
      (began, asked) => {
        const end = tokensEnd(
          began.map(apiServer),
          asked.map((seconds) => pod(seconds)),
        ).getTime();
        for (const seconds of [3607, ...asked]) {
          for (const date of began) expect(end).toBeGreaterThan(date.getTime() + seconds * 1000);
        }
        const longest = Math.max(3607, ...asked);
        expect(end).toBe(Math.max(...began.map((date) => date.getTime())) + (longest + 60) * 1000);
      },
    ),
  );
});

test("a pod that asks for nothing has a token of an hour and seven seconds", () => {
  expect(longestLifetime([{ spec: { containers: [] } }, pod(600)])).toBe(3607);
});

test("where no API server is seen nothing is known", () => {
  expect(() => tokensEnd([], [])).toThrow("no API server");
});

test("tokens without an end are told by the key that signed them", () => {
  const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const key = keyId(publicKey.export({ type: "spki", format: "pem" }).toString());
  expect(key).toMatch(/^[A-Za-z0-9_-]{43}$/);
  const secret = (name: string, header: object | undefined): V1Secret => {
    const token = header && `${Buffer.from(JSON.stringify(header)).toString("base64url")}.payload.signature`;
    return {
      metadata: { namespace: "apps", name },
      data: token === undefined ? {} : { token: Buffer.from(token).toString("base64") },
    };
  };
  const found = endlessTokens(
    [secret("old", { kid: "another" }), secret("new", { kid: key }), secret("empty", undefined)],
    key,
  );
  expect(found).toHaveLength(1);
  expect(found[0]).toContain("the Secret apps/old has a token without an end");
  expect(found[0]).toContain("kubectl -n apps patch secret old");
});
