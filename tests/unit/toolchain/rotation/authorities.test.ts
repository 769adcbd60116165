import type { V1ConfigMap, V1Pod } from "@kubernetes/client-node";
import * as fc from "fast-check";

import {
  kubeletCertificatesEnd,
  podsOfBefore,
  secondsOf,
  untoldNamespaces,
} from "../../../../toolchain/rotation/authorities";

const pem = (text: string): string => `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`;
const minute = (count: number): Date => new Date(count * 60_000);

const told = (namespace: string, certificates: string, written: Date): V1ConfigMap => ({
  metadata: { namespace, creationTimestamp: minute(1), managedFields: [{ time: written }] },
  data: { "ca.crt": certificates },
});

function pod(namespace: string, name: string, startedAt: Date, knows = true): V1Pod {
  const source = { configMap: { name: "kube-root-ca.crt" } };
  return {
    metadata: { namespace, name },
    spec: {
      containers: [],
      ...(knows && { volumes: [{ name: "token", projected: { sources: [source] } }] }),
    },
    status: {
      phase: "Running",
      containerStatuses: [
        {
          image: "",
          imageID: "",
          name: "one",
          ready: true,
          restartCount: 0,
          state: { running: { startedAt } },
        },
      ],
    },
  };
}

function over(namespace: string, startedAt: Date): V1Pod {
  const { metadata = {}, spec } = pod(namespace, "over", startedAt);
  return { metadata, ...(spec && { spec }), status: { phase: "Succeeded" } };
}

test("a namespace is told when it has every certificate, in whichever order", () => {
  const published = [
    told("both", pem("new") + pem("old"), minute(5)),
    told("one", pem("old"), minute(5)),
    { metadata: { namespace: "none" } },
  ];
  expect(untoldNamespaces(published, [pem("old"), pem("new")])).toEqual(["one", "none"]);
});

test("pods that began before their namespace was told begin again, and no others", () => {
  const published = [told("early", pem("new"), minute(5)), told("late", pem("new"), minute(9))];
  const pods = [
    pod("early", "before", minute(4)),
    pod("early", "after", minute(6)),
    pod("late", "before", minute(6)),
    pod("late", "static", minute(6), false),
    pod("elsewhere", "unknown", minute(1)),
    over("early", minute(1)),
  ];
  expect(podsOfBefore(pods, published).map(({ metadata }) => metadata?.name)).toEqual(["before", "before"]);
});

test("Go's durations are read as they are written", () => {
  fc.assert(
    fc.property(fc.nat(100_000_000), (seconds) => {
      const text = `${Math.floor(seconds / 3600)}h${Math.floor((seconds % 3600) / 60)}m${seconds % 60}s`;
      expect(secondsOf(text)).toBe(seconds);
    }),
  );
});

test("certificates of minutes are waited for, and those of a year were replaced with their machines", () => {
  const apiServers = [pod("kube-system", "one", minute(3)), pod("kube-system", "other", minute(4))];
  expect(kubeletCertificatesEnd(apiServers, 600)).toEqual(minute(14));
  expect(kubeletCertificatesEnd(apiServers, 365 * 86_400)).toEqual(minute(4));
});
