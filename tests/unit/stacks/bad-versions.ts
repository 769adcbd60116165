import type { BadConfiguration } from "./bad-configuration";

export const kubernetesVersions: BadConfiguration[] = (
  [
    ["1.35.0", '"1.35.0"'],
    ["v1.36.3", '"v1.36.3"'],
    ["1.36", '"1.36"'],
    ["", '""'],
    [1.36, "1.36"],
    ["1.36.3; id", '"1.36.3; id"'],
    ["1.36.3\u200b", '"1.36.3\\u200b"'],
    ["9".repeat(80), `"${"9".repeat(56)}...`],
  ] as const
).map(([version, shown]) => ({
  settings: { kubernetesVersion: version },
  line: `slipway:kubernetesVersion: ${shown} is not a Kubernetes version that the toolchain has; write 1.37.2, 1.36.3 or 1.35.4`,
}));
