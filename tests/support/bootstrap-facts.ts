import type {
  AuthorityPem,
  ClusterFacts,
  ControlPlaneBoot,
  ControlPlaneIdentity,
  PlatformFacts,
  MachineBoot,
} from "../../components/bootstrap";

const pem = (name: string): string => `-----BEGIN ${name}-----\nmade up for tests\n-----END ${name}-----\n`;
const authority = (name: string): AuthorityPem => ({
  certificate: pem(`${name} CERTIFICATE`),
  privateKey: pem(`${name} KEY`),
  otherCertificate: "",
});

export const identity: ControlPlaneIdentity = {
  kubernetesCa: authority("KUBERNETES"),
  etcdCa: authority("ETCD"),
  frontProxyCa: authority("FRONT PROXY"),
  serviceAccountKey: { publicKey: pem("PUBLIC"), privateKey: pem("SERVICE ACCOUNT KEY") },
  encryptionKeys: [{ key: Buffer.alloc(32, 7).toString("base64"), generation: 1 }],
};

export const cluster: ClusterFacts = {
  name: "golden",
  kubernetesVersion: "1.36.3",
  etcdVersion: "3.6.8",
  endpoint: { host: "10.88.0.2", port: 6443 },
  certificateSans: ["127.0.0.1"],
  networks: { pods: "10.244.0.0/16", services: "10.96.0.0/16" },
  dnsAddress: "10.96.0.10",
  certificateSeconds: 365 * 86_400,
};

export const platform: PlatformFacts = {
  kubelet: { cgroupDriver: "cgroupfs" },
  kubeletFlags: { "runtime-cgroups": "/system.slice/containerd.service" },
  ignoredPreflightChecks: ["SystemVerification"],
  files: [{ path: "/etc/platform.conf", content: "from the platform\n" }],
};

export const firstControlPlane: ControlPlaneBoot = {
  cluster,
  platform,
  initializes: true,
  machine: {
    name: "control-plane-0",
    address: "10.88.0.8",
    labels: {},
    taints: [{ key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule" }],
  },
};

export const secondControlPlane: ControlPlaneBoot = {
  ...firstControlPlane,
  initializes: false,
  machine: { ...firstControlPlane.machine, name: "control-plane-1", address: "10.88.0.9" },
};

export const worker: MachineBoot = {
  cluster,
  platform,
  machine: {
    name: "worker-0",
    address: "10.88.0.16",
    labels: { disk: "fast", zone: "a" },
    taints: [{ key: "dedicated", value: "build", effect: "NoExecute" }],
  },
};
