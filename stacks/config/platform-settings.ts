import type { EnvironmentConfig } from "./environment-config";
import { between, type CrossProblem, settingPath } from "./problems";
import type { Settings } from "./schema";

type Platform = EnvironmentConfig["platform"];

/** What is of use on one platform only: groups of settings, by platform. */
const own = {
  docker: {
    top: ["gitops"],
    ports: ["shop", "shopTls", "registry"],
    controlPlane: ["cpus", "memory"],
    pools: ["cpus", "memory", "addressBlock"],
  },
  aws: {
    top: ["aws"],
    ports: [],
    controlPlane: ["instanceType", "rootVolume", "etcdVolume"],
    pools: ["instanceTypes", "min", "max", "spot", "rootVolume"],
  },
} as const satisfies Record<Platform, Record<"top" | "ports" | "controlPlane" | "pools", readonly string[]>>;

/** Settings that would do nothing, as they are another platform's: whoever wrote them wants something. */
export function foreignSettings(platform: Platform, settings: Settings): CrossProblem[] {
  const other = platform === "aws" ? "docker" : "aws";
  const { top, ports, controlPlane, pools } = own[other];
  const written: (readonly PropertyKey[])[] = [
    ...namesIn(settings, top).map((name) => [name]),
    ...namesIn(settings.ports, ports).map((name) => ["ports", name]),
    ...namesIn(settings.controlPlane, controlPlane).map((name) => ["controlPlane", name]),
    ...(settings.pools ?? []).flatMap((pool, position) =>
      namesIn(pool, pools).map((name) => ["pools", position, name]),
    ),
  ];
  const message = `is for the platform ${other}; leave it out, or write slipway:platform: ${other}`;
  return written.map((path) => between(message, settingPath(path), settingPath(["platform"])));
}

function namesIn(group: object | undefined, names: readonly string[]): string[] {
  return names.filter((name) => group !== undefined && Reflect.get(group, name) !== undefined);
}
