import { webcrypto } from "node:crypto";

import { loadX509 } from "../../components/pki/certificate";

/** What a CertificateSigningRequest asks for. */
export interface ServingRequest {
  /** Its name in the cluster. */
  readonly name: string;
  /** Whose certificate. */
  readonly node: string;
  readonly dnsNames?: readonly string[];
  readonly addresses?: readonly string[];
  /** Default: that of kubelets' serving certificates. */
  readonly signerName?: string;
  /** Default: those of a server. */
  readonly usages?: readonly string[];
}

/** A CertificateSigningRequest as a kubelet makes it. */
export async function servingRequest({
  name,
  node,
  dnsNames = [],
  addresses = [],
  signerName = "kubernetes.io/kubelet-serving",
  usages = ["digital signature", "server auth"],
}: ServingRequest): Promise<object> {
  const { Pkcs10CertificateRequestGenerator, SubjectAlternativeNameExtension } = await loadX509();
  const names = [
    ...dnsNames.map((value) => ({ type: "dns" as const, value })),
    ...addresses.map((value) => ({ type: "ip" as const, value })),
  ];
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: [{ O: ["system:nodes"] }, { CN: [`system:node:${node}`] }],
    keys: await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]),
    signingAlgorithm: algorithm,
    extensions: names.length > 0 ? [new SubjectAlternativeNameExtension(names)] : [],
  });
  return {
    apiVersion: "certificates.k8s.io/v1",
    kind: "CertificateSigningRequest",
    metadata: { name },
    spec: { request: Buffer.from(request.toString("pem")).toString("base64"), signerName, usages },
  };
}

/** What a kubelet asks for to be known by: a client certificate of a node, whoever asks. */
export async function nodeCertificateRequest({
  name,
  node,
}: {
  name: string;
  node: string;
}): Promise<object> {
  return await servingRequest({
    ...{ name, node },
    signerName: "kubernetes.io/kube-apiserver-client-kubelet",
    usages: ["digital signature", "client auth"],
  });
}
