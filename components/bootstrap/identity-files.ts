import { stringify } from "yaml";

import { encryptionConfiguration } from "./api-server-files";
import type { ClusterFacts, ControlPlaneIdentity, KeyPairPem, MachineFile, WorkerIdentity } from "./facts";
import { discoveryPath } from "./kubeadm";
import { kubeletServingPaths } from "./kubelet";

const secretFile = (path: string, content: string): MachineFile => ({ path, content, permissions: "0600" });

/**
 * The files of a worker that are made of the identity: whom it trusts, and its token. Secret.
 * @param kubeletServing what its kubelet answers with, signed for its name and address; default: none, it asks for it.
 */
export function workerIdentityFiles(
  cluster: ClusterFacts,
  identity: WorkerIdentity,
  kubeletServing?: KeyPairPem,
): MachineFile[] {
  return [
    { path: "/etc/slipway/ca.crt", content: identity.caCertificate },
    discoveryFile(cluster, identity),
    ...(kubeletServing ? kubeletServingFiles(kubeletServing) : []),
  ];
}

/**
 * The files of a control plane that are made of the identity, its authorities among them. Secret.
 * @param kubeletServing as a worker's.
 */
export function controlPlaneIdentityFiles(
  cluster: ClusterFacts,
  identity: ControlPlaneIdentity,
  kubeletServing?: KeyPairPem,
): MachineFile[] {
  return [
    ...workerIdentityFiles(cluster, identity, kubeletServing),
    ...authorityFiles(identity),
    encryptionConfiguration(identity.encryptionKey),
  ];
}

/** A kubeconfig that says where the API is and which CA signs for it, with the token to join with. */
function discoveryFile({ name, endpoint }: ClusterFacts, identity: WorkerIdentity): MachineFile {
  const server = `https://${endpoint.host}:${endpoint.port}`;
  const authority = Buffer.from(identity.caCertificate).toString("base64");
  return secretFile(
    discoveryPath,
    stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name, cluster: { server, "certificate-authority-data": authority } }],
      users: [{ name: "joining-machine", user: { token: identity.joinToken } }],
      contexts: [{ name: "join", context: { cluster: name, user: "joining-machine" } }],
      "current-context": "join",
    }),
  );
}

function kubeletServingFiles({ certificate, privateKey }: KeyPairPem): MachineFile[] {
  return [
    { path: kubeletServingPaths.certificate, content: certificate },
    secretFile(kubeletServingPaths.privateKey, privateKey),
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
