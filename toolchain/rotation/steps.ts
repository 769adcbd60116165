import { nextPhase, type RotationPhase } from "../../components/pki/rotation";
import type { RotatingPart } from "../../components/pki";
import type { Deployment } from "../recover/deployment";

/** The resources of components/pki that each part is, by the ends of their types. */
const types: Readonly<Record<RotatingPart, string>> = {
  authorities: "slipway:pki:ClusterIdentity$pulumi-nodejs:dynamic/pki:CertificateAuthority",
  "service-account-key": "slipway:pki:ClusterIdentity$pulumi-nodejs:dynamic/pki:KeyPair",
  "encryption-key": "slipway:pki:ClusterIdentity$pulumi-nodejs:dynamic/pki:EncryptionKey",
  // metrics-server has one of its own, inside its component.
  "web-authority": "::slipway:pki:WebIdentity$pulumi-nodejs:dynamic/pki:CertificateAuthority",
};

/** What a stack's state says of something that rotates, less its secrets. */
export interface RotatingResource {
  /** As its component calls it, such as `dev-identity-etcd-ca`. */
  readonly name: string;
  readonly phase: RotationPhase;
  readonly generation: number;
  readonly certificatePem?: string;
  readonly publicKeyPem?: string;
}

/** What a part is made of; none where there is no cluster. */
export function rotatingResources({ resources = [] }: Deployment, part: RotatingPart): RotatingResource[] {
  return resources
    .filter(({ urn }) => urn.includes(`${types[part]}::`))
    .map(({ urn, outputs = {} }) => ({
      name: urn.slice(urn.lastIndexOf("::") + 2),
      // A state of before says nothing of it.
      ...{ phase: "settled" as const, generation: 1 },
      ...(outputs as Partial<RotatingResource>),
    }));
}

/**
 * The phase that a part goes to next. Of several resources that are not all in the same one, as after a run that was killed,
 * those that are behind go where the others are.
 *
 * @throws Error when they are further apart than a run can have left them
 */
export function nextStep(phases: readonly RotationPhase[]): RotationPhase {
  const all = [...new Set(phases)];
  const [one, other] = all;
  if (one === undefined) throw new Error("there is nothing to rotate");
  if (other === undefined) return nextPhase(one);
  if (all.length === 2 && nextPhase(one) === other) return other;
  if (all.length === 2 && nextPhase(other) === one) return one;
  throw new Error(`the rotation is in several phases, ${all.join(", ")}, which no run leaves behind`);
}
