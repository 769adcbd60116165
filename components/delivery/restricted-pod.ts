import * as k8s from "@pulumi/kubernetes";

/** The user of programs that need none of their own: `nonroot` of Google's distroless images. */
export const nobody = 65532;

/** A pod's part of what Pod Security `restricted` wants. */
export function restrictedPod(user = nobody): k8s.types.input.core.v1.PodSecurityContext {
  return {
    runAsNonRoot: true,
    runAsUser: user,
    runAsGroup: user,
    // Volumes are this group's to write.
    fsGroup: user,
    seccompProfile: { type: "RuntimeDefault" },
  };
}

/** A container's part of it, and a root file system that it cannot write. */
export const restrictedContainer: k8s.types.input.core.v1.SecurityContext = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  readOnlyRootFilesystem: true,
};
