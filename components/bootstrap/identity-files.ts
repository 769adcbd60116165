import { encryptionConfiguration } from "./api-server-files";
import type { AuthorityPem, ControlPlaneIdentity, MachineFile } from "./facts";
import { signingCertificate } from "./kubeadm";

const secretFile = (path: string, content: string): MachineFile => ({ path, content, permissions: "0600" });

/** Whom a machine trusts, and by whose first certificate its kubelet is to be known: another first one, and it gets another. */
const trusted = (certificates: string): MachineFile => ({
  path: "/etc/slipway/ca.crt",
  content: certificates,
});

/**
 * The files of a worker that are made of the identity: whom it trusts. Nothing by which it would be trusted.
 *
 * While the authorities are rotated the first certificate is the one that does not sign: so it is another one in each phase, and
 * the kubelet gets a certificate of that phase with all that it has to trust.
 */
export function workerIdentityFiles({
  certificate,
  otherCertificate,
}: Pick<AuthorityPem, "certificate" | "otherCertificate">): MachineFile[] {
  return [trusted(otherCertificate + certificate)];
}

/** The files of a control plane that are made of the identity, its authorities among them. Secret. */
export function controlPlaneIdentityFiles(identity: ControlPlaneIdentity): MachineFile[] {
  return [
    trusted(bundle(identity.kubernetesCa)),
    ...authorityFiles(identity),
    encryptionConfiguration(identity.encryptionKeys),
  ];
}

/** kubeadm signs with the first one. */
const bundle = ({ certificate, otherCertificate }: AuthorityPem): string => certificate + otherCertificate;

/**
 * What kubeadm finds and does not make: it signs the leaves below these authorities on each machine itself. They lie
 * beside `/etc/kubernetes/pki`, which is emptied before leaves are signed anew.
 */
function authorityFiles(identity: ControlPlaneIdentity): MachineFile[] {
  const at = (name: string): string => `/etc/slipway/pki/${name}`;
  const { kubernetesCa, etcdCa, frontProxyCa, serviceAccountKey } = identity;
  return [
    { path: at("ca.crt"), content: bundle(kubernetesCa) },
    secretFile(at("ca.key"), kubernetesCa.privateKey),
    ...(kubernetesCa.otherCertificate === ""
      ? []
      : [{ path: at(signingCertificate), content: kubernetesCa.certificate }]),
    { path: at("etcd/ca.crt"), content: bundle(etcdCa) },
    secretFile(at("etcd/ca.key"), etcdCa.privateKey),
    { path: at("front-proxy-ca.crt"), content: bundle(frontProxyCa) },
    secretFile(at("front-proxy-ca.key"), frontProxyCa.privateKey),
    { path: at("sa.pub"), content: serviceAccountKey.publicKey },
    secretFile(at("sa.key"), serviceAccountKey.privateKey),
  ];
}
