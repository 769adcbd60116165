import { isRecord } from "../recover/deployment";

/** Name of the environment that a drill makes: at most 20 characters, as each has. */
export function drillName(environment: string): string {
  return `${environment.slice(0, 14).replace(/-+$/, "")}-drill`;
}

/**
 * An environment's settings, as its file has them, for a small one beside it: of one control plane and one machine of each
 * pool, in a network and on ports of its own, that is not backed up itself and runs what the backup ran.
 */
export function drillSettings(settings: unknown): Readonly<Record<string, unknown>> {
  const config = isRecord(settings) && isRecord(settings.config) ? settings.config : {};
  const {
    "slipway:networks": networks,
    "slipway:controlPlane": controlPlane,
    "slipway:pools": pools,
  } = config;
  const own = { "slipway:kubernetesVersion": undefined, "slipway:ports": undefined };
  return {
    config: {
      ...config,
      ...own,
      ...(isRecord(networks) && { "slipway:networks": { ...networks, machines: undefined } }),
      ...(isRecord(controlPlane) && { "slipway:controlPlane": { ...controlPlane, count: 1 } }),
      "slipway:pools": (Array.isArray(pools) ? (pools as unknown[]) : [{}]).map((pool) => ({
        ...(isRecord(pool) && pool),
        count: 1,
      })),
      ...("slipway:gitops" in config && { "slipway:gitops": {} }),
      "slipway:clusterBackup": { enabled: false },
    },
  };
}
