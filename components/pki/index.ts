export { ClusterIdentity } from "./cluster-identity";
export type {
  CertificateAuthorityMaterial,
  CertificateMaterial,
  ClusterIdentityArgs,
  ServiceAccountKeyMaterial,
} from "./cluster-identity";
export { kubeconfig } from "./kubeconfig";
export type { KubeconfigArgs } from "./kubeconfig";
export { Password } from "./password";
