import type { ClusterFacts, PlatformFacts } from "./facts";

/** AEAD suites with forward secrecy, from the CIS Kubernetes benchmark's list for 4.2.12 and 1.2.29. */
export const strongCipherSuites = [
  "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
  "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
  "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
  "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
  "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
  "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
];

/**
 * The kubelets' configuration, one for the whole cluster (kubeadm keeps it in a ConfigMap).
 * Field names and defaults: https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/
 */
export function kubeletConfiguration(cluster: ClusterFacts, platform: PlatformFacts): object {
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: "/etc/kubernetes/pki/ca.crt" },
    },
    authorization: { mode: "Webhook" },
    readOnlyPort: 0,
    clusterDomain: "cluster.local",
    clusterDNS: [cluster.dnsAddress],
    // Both of its certificates: what it asks the API with, and what it answers with. It asks the cluster for the next one in
    // time; the second wants an approver, `KubeletCertificateApprover`.
    rotateCertificates: true,
    serverTLSBootstrap: true,
    tlsMinVersion: "VersionTLS12",
    tlsCipherSuites: strongCipherSuites,
    streamingConnectionIdleTimeout: "5m",
    // A container without a profile of its own gets the engine's, not none.
    seccompDefault: true,
    // One pod that forks without end stops at its own limit, not at the machine's.
    podPidsLimit: 4096,
    // The machine shuts pods down in order before it stops itself.
    shutdownGracePeriod: "30s",
    shutdownGracePeriodCriticalPods: "10s",
    ...platform.kubelet,
  };
}
