import { encryptionConfiguration } from "./api-server-files";
import type { ControlPlaneIdentity, MachineFile } from "./facts";

const secretFile = (path: string, content: string): MachineFile => ({ path, content, permissions: "0600" });

/** The files of a worker that are made of the identity: whom it trusts. Nothing by which it would be trusted. */
export function workerIdentityFiles(kubernetesCaCertificate: string): MachineFile[] {
  return [{ path: "/etc/slipway/ca.crt", content: kubernetesCaCertificate }];
}

/** The files of a control plane that are made of the identity, its authorities among them. Secret. */
export function controlPlaneIdentityFiles(identity: ControlPlaneIdentity): MachineFile[] {
  return [
    ...workerIdentityFiles(identity.kubernetesCa.certificate),
    ...authorityFiles(identity),
    encryptionConfiguration(identity.encryptionKey),
  ];
}

/**
 * What kubeadm finds and does not make: it signs the leaves below these authorities on each machine itself. They lie
 * beside `/etc/kubernetes/pki`, which is emptied before leaves are signed anew.
 */
function authorityFiles(identity: ControlPlaneIdentity): MachineFile[] {
  const at = (name: string): string => `/etc/slipway/pki/${name}`;
  return [
    { path: at("ca.crt"), content: identity.kubernetesCa.certificate },
    secretFile(at("ca.key"), identity.kubernetesCa.privateKey),
    { path: at("etcd/ca.crt"), content: identity.etcdCa.certificate },
    secretFile(at("etcd/ca.key"), identity.etcdCa.privateKey),
    { path: at("front-proxy-ca.crt"), content: identity.frontProxyCa.certificate },
    secretFile(at("front-proxy-ca.key"), identity.frontProxyCa.privateKey),
    { path: at("sa.pub"), content: identity.serviceAccountKey.publicKey },
    secretFile(at("sa.key"), identity.serviceAccountKey.privateKey),
  ];
}
