import { readFileSync } from "node:fs";

import type { Spec } from "./spec";

/** Specs that are not run, and why. */
export interface LeftOut {
  readonly reason: string;
  readonly names: readonly string[];
}

/** Which specs run an image: a list by hand, as only a spec's code knows. */
interface ImageUse {
  /** Repository of the image below registry.k8s.io. */
  readonly image: string;
  /** Matches the names of the specs that run it. */
  readonly specs: RegExp;
  /** Why the image cannot be made here. */
  readonly why: string;
}

/** Images that no package registry has the contents of. No conformance spec of this version runs one of them. */
export const imageUses: readonly ImageUse[] = [
  {
    image: "sig-storage/*",
    specs: /\[Driver: (csi-hostpath|nfs)|CSI [Mm]ock|csi-hostpath|CSI Volumes/,
    why: "the CSI drivers and their sidecars are built from repositories that are no Go modules",
  },
  {
    image: "e2e-test-images/volume/*",
    specs: /\[Driver: (iscsi|nfs)\]|NFS|iSCSI/,
    why: "an NFS or iSCSI server needs modules of the kernel",
  },
  {
    image: "e2e-test-images/apparmor-loader",
    specs: /AppArmor/,
    why: "it loads profiles into the host's kernel",
  },
  {
    image: "e2e-test-images/resource-consumer",
    specs: /\[Feature:HPA\]|HPAConfigurableTolerance|Horizontal pod autoscaling/,
    why: "its image is not made here",
  },
  {
    image: "build-image/distroless-iptables",
    specs: /should set TCP CLOSE_WAIT timeout/,
    why: "its image is not made here",
  },
  {
    image: "k8s-authenticated-test/agnhost",
    specs: /private (image|registry)|credential provider/,
    why: "it is in a registry that asks for an account",
  },
];

/** Whether the kernel that machines share with this host speaks SCTP. */
const hasSctp = /^SCTP\b/m.test(readFileSync("/proc/net/protocols", "utf8"));

/** Other specs that cannot pass where the suite runs, with the reason; each is told in docs/conformance.md too. */
export const impossible: readonly { specs: RegExp; reason: string }[] = [
  ...(hasSctp
    ? []
    : [{ specs: /\[Feature:SCTPConnectivity\]/, reason: "the kernel has no SCTP (/proc/net/protocols)" }]),
  {
    specs: /read only busybox container should not write to root filesystem/,
    reason: "it compares the words of BusyBox' shell, and the image here has Bash for its shell",
  },
  {
    specs: /ImageVolume should succeed with pod and pull policy of Always/,
    reason: "it looks for the name of Alpine Linux in an image, which here is made of Debian",
  },
];

/** The specs that are not run, by reason, and those that are, each in the order given. */
export function withoutImpossible(
  specs: readonly Spec[],
  rules: readonly { specs: RegExp; reason: string }[] = [
    ...imageUses.map(({ image, specs: uses, why }) => ({
      specs: uses,
      reason: `image ${image} cannot be had: ${why}`,
    })),
    ...impossible,
  ],
): { run: Spec[]; leftOut: LeftOut[] } {
  const reasonOf = ({ name }: Spec): string | undefined =>
    rules.find(({ specs: matching }) => matching.test(name))?.reason;
  return {
    run: specs.filter((spec) => reasonOf(spec) === undefined),
    leftOut: groupByReason(
      specs.flatMap((spec) => {
        const reason = reasonOf(spec);
        return reason === undefined ? [] : [{ name: spec.name, reason }];
      }),
    ),
  };
}

/** Names with the same reason together, reasons in the order in which they come up. */
export function groupByReason(specs: readonly { name: string; reason: string }[]): LeftOut[] {
  const names = new Map<string, string[]>();
  for (const { name, reason } of specs) names.set(reason, [...(names.get(reason) ?? []), name]);
  return [...names].map(([reason, grouped]) => ({ reason, names: grouped }));
}

/** A regular expression of Go that matches one name, whatever is in it. */
export function exactly(name: string): string {
  return `${name.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&")}$`;
}
