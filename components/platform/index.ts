export type { ApiEndpoint } from "./api-endpoint";
export { ClusterDns, type ClusterDnsArgs } from "./cluster-dns";
export type { DnsSettings } from "./corefile";
export { Ingress, type IngressArgs, type IngressSettings } from "./ingress";
export { KubeProxy, type KubeProxyArgs } from "./kube-proxy";
export {
  KubeletCertificateApprover,
  type KubeletCertificateApproverArgs,
} from "./kubelet-certificate-approver";
export { Metrics, type MetricsArgs } from "./metrics";
export { Platform, type PlatformArgs, type PlatformVersions } from "./platform";
export type { ProgramVersion } from "./pod-image";
export { PodNetwork, type PodNetworkArgs } from "./pod-network";
export { Storage, type StorageArgs, type StorageClassName } from "./storage";
export * from "./aws";
export * from "./tenants";
