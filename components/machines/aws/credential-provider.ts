import { stringify } from "yaml";

import type { MachineFile } from "../../bootstrap";

/** The folder of the machine's image that has the program; the kubelet does not start without it. */
const programFolder = "/usr/local/lib/slipway/credential-providers";

/** Holds where the program does not say for how long: it says half of what is left of a token's twelve hours. */
const defaultCacheDuration = "6h";

const configuration: MachineFile = {
  path: "/etc/slipway/credential-providers.yaml",
  content: stringify({
    apiVersion: "kubelet.config.k8s.io/v1",
    kind: "CredentialProviderConfig",
    providers: [
      {
        name: "ecr-credential-provider",
        apiVersion: "credentialprovider.kubelet.k8s.io/v1",
        matchImages: ["*.dkr.ecr.*.amazonaws.com", "*.dkr.ecr.*.amazonaws.com.cn"],
        defaultCacheDuration,
      },
    ],
  }),
};

/**
 * How a kubelet gets the password of ECR, from which it pulls the environment's images: by a program of AWS' own, with the
 * credentials of the machine's role. https://kubernetes.io/docs/tasks/administer-cluster/kubelet-credential-provider/
 */
export const credentialProvider = {
  configuration,
  kubeletFlags: {
    "image-credential-provider-bin-dir": programFolder,
    "image-credential-provider-config": configuration.path,
  },
} as const;
