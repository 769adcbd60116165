import type { BadConfiguration } from "./bad-configuration";

/** What can be wrong with the settings of GitOps. */
export const gitops: BadConfiguration[] = [
  {
    settings: { gitops: "on" },
    line: 'slipway:gitops: "on" is not a group of settings; write some of port, intervalSeconds',
  },
  {
    settings: { gitops: { interval: 5 } },
    line: "slipway:gitops.interval: is not a setting; write one of port, intervalSeconds",
  },
  {
    settings: { gitops: { port: 8080 }, ports: { shop: 8080 } },
    line: "slipway:gitops.port: 8080 is already slipway:ports.shop; write another port",
  },
  ...([0, 4, 3601, 5.5, "10s"] as const).map((intervalSeconds) => ({
    settings: { gitops: { intervalSeconds } },
    line: `slipway:gitops.intervalSeconds: ${JSON.stringify(intervalSeconds)} is not a number of seconds; write a whole number from 5 to 3600`,
  })),
];
