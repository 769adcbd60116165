/** A TCP port that a pod without network policies may reach, and why it is open. docs/security.md has the same list. */
export interface OpenPort {
  /** Who answers: every machine, control planes, or a container beside them. */
  readonly where: "every machine" | "control planes" | "the load balancer" | "the registry";
  readonly port: number;
  /** What is there, and what it asks for. */
  readonly what: string;
}

/** All of them, in an environment on Docker. */
export const openPorts: readonly OpenPort[] = [
  { where: "every machine", port: 179, what: "BGP of kube-router: talks to the cluster's nodes only" },
  { where: "every machine", port: 10250, what: "kubelet: a certificate or a token, and a role" },
  { where: "every machine", port: 10256, what: "kube-proxy's health: says whether it is well, to anybody" },
  { where: "every machine", port: 20244, what: "kube-router's health: the same" },
  { where: "every machine", port: 30030, what: "Git server, with `gitops`: a password" },
  { where: "every machine", port: 30080, what: "ingress, HTTP: the shop" },
  { where: "every machine", port: 30443, what: "ingress, HTTPS: the shop" },
  { where: "control planes", port: 2379, what: "etcd: a certificate of its own authority" },
  { where: "control planes", port: 2380, what: "etcd's peers: the same" },
  { where: "control planes", port: 6443, what: "API: a certificate or a token, and a role" },
  { where: "the load balancer", port: 6443, what: "API, passed through" },
  { where: "the load balancer", port: 30030, what: "Git server, with `gitops`, passed through" },
  { where: "the load balancer", port: 30080, what: "ingress, HTTP, passed through" },
  { where: "the load balancer", port: 30443, what: "ingress, HTTPS, passed through" },
  { where: "the registry", port: 5000, what: "pulls are open, pushes need a password" },
];
