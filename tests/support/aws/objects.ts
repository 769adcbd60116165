/** A Node, as far as a test reads it. */
export interface Node {
  readonly metadata: { readonly name: string; readonly labels: Record<string, string> };
  readonly spec: { readonly providerID: string; readonly taints?: readonly { readonly key: string }[] };
  readonly status: { readonly addresses: readonly { readonly type: string; readonly address: string }[] };
}

/** The same of a Pod. */
export interface Pod {
  readonly spec: { readonly containers: readonly [{ readonly image: string }] };
}

/** The same of a CertificateSigningRequest. */
export interface Request {
  readonly spec: { readonly signerName: string; readonly username: string };
  readonly status: { readonly certificate?: string };
}

/** Whether a kubelet asks for what it serves with. */
export const isServing = ({ spec }: Request): boolean => spec.signerName === "kubernetes.io/kubelet-serving";
