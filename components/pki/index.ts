export { ClusterIdentity } from "./cluster-identity";
export type { CertificateAuthorityMaterial, CertificateMaterial } from "./material";
export type {
  ClusterIdentityArgs,
  ClusterIdentitySeed,
  RotationStep,
  ServiceAccountKeyMaterial,
} from "./cluster-identity";
export type { EncryptionKeyMaterial, NumberedKey } from "./encryption-key";
export type { IdentityPart, RotatingPart, RotationPhase } from "./rotation";
export { kubeconfig } from "./kubeconfig";
export type { KubeconfigArgs } from "./kubeconfig";
export { WebIdentity } from "./web-identity";
export type { WebIdentityArgs } from "./web-identity";
export { Password } from "./password";
