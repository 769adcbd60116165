import { apiServerDirectory, auditLogDirectory } from "./api-server-files";
import type {
  ClusterFacts,
  ControlPlaneBoot,
  MachineBoot,
  MachineFacts,
  PlatformFacts,
  Taint,
} from "./facts";
import { strongCipherSuites } from "./kubelet";

/** kubeadm's own configuration: https://kubernetes.io/docs/reference/config-api/kubeadm-config.v1beta4/ */
const apiVersion = "kubeadm.k8s.io/v1beta4";

/**
 * Where kubeadm finds the API's address, the CA that it trusts, and who it is to the API while its machine joins. The
 * bootstrap makes it: of the authority on a control plane, of a token that ends elsewhere.
 */
const discoveryPath = "/run/slipway/discovery.conf";

/**
 * The certificate that the controller manager signs with, where `ca.crt` has two: it takes a file with one only.
 * https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/controller/certificates/signer/ca_provider.go (setCA)
 */
export const signingCertificate = "signing-ca.pem";

interface Flag {
  readonly name: string;
  readonly value: string;
}

const flags = (values: Readonly<Record<string, string>>): Flag[] =>
  Object.entries(values).map(([name, value]) => ({ name, value }));

/**
 * Waits long enough for its turn: etcd takes one learner at a time, so control planes that join together queue; and one that
 * comes back over its data waits for the others that do. What cannot come is seen otherwise, by the kubelet's restarts.
 */
const timeouts = {
  etcdAPICall: "5m0s",
  controlPlaneComponentHealthCheck: "5m0s",
  kubeletHealthCheck: "4m0s",
  kubernetesAPICall: "4m0s",
  tlsBootstrap: "5m0s",
};

/** A whole number of seconds as Go writes a duration. */
const duration = (seconds: number): string =>
  `${Math.floor(seconds / 3600)}h${Math.floor((seconds % 3600) / 60)}m${seconds % 60}s`;

/** @param trustsTwo as in {@link ControlPlaneBoot} */
export function clusterConfiguration(cluster: ClusterFacts, trustsTwo = false): object {
  return {
    apiVersion,
    kind: "ClusterConfiguration",
    clusterName: cluster.name,
    kubernetesVersion: `v${cluster.kubernetesVersion}`,
    controlPlaneEndpoint: `${cluster.endpoint.host}:${cluster.endpoint.port}`,
    networking: {
      podSubnet: cluster.networks.pods,
      serviceSubnet: cluster.networks.services,
      dnsDomain: "cluster.local",
    },
    encryptionAlgorithm: "ECDSA-P256",
    certificateValidityPeriod: duration(cluster.certificateSeconds),
    etcd: { local: { dataDir: "/var/lib/etcd", imageTag: cluster.etcdVersion } },
    apiServer: {
      certSANs: [cluster.endpoint.host, ...cluster.certificateSans],
      extraArgs: flags({
        "admission-control-config-file": `${apiServerDirectory}/admission.yaml`,
        "audit-log-maxage": "30",
        "audit-log-maxbackup": "10",
        "audit-log-maxsize": "100",
        "audit-log-path": `${auditLogDirectory}/audit.log`,
        "audit-policy-file": `${apiServerDirectory}/audit-policy.yaml`,
        "authentication-config": `${apiServerDirectory}/authentication.yaml`,
        "enable-admission-plugins": "NodeRestriction,EventRateLimit,DenyServiceExternalIPs",
        "encryption-provider-config": `${apiServerDirectory}/encryption.yaml`,
        "kubelet-certificate-authority": "/etc/kubernetes/pki/ca.crt",
        profiling: "false",
        "service-account-extend-token-expiration": "false",
        // Load balancers need this long to see that /readyz fails; the machine image's unit sends the signal.
        "shutdown-delay-duration": "3s",
        // Otherwise it waits a minute for watches to end, which clients keep open until it is gone.
        "shutdown-send-retry-after": "true",
        "tls-cipher-suites": strongCipherSuites.join(","),
        "tls-min-version": "VersionTLS12",
      }),
      extraVolumes: [
        { name: "api-server", hostPath: apiServerDirectory, mountPath: apiServerDirectory, readOnly: true },
        {
          name: "audit-log",
          hostPath: auditLogDirectory,
          mountPath: auditLogDirectory,
          pathType: "DirectoryOrCreate",
        },
      ].map((volume) => ({ pathType: "Directory", ...volume })),
    },
    controllerManager: {
      extraArgs: flags({
        ...(trustsTwo && { "cluster-signing-cert-file": `/etc/kubernetes/pki/${signingCertificate}` }),
        // It signs what kubelets renew.
        "cluster-signing-duration": duration(cluster.certificateSeconds),
        // Before its first controller runs it asks for an account and a token for each, some hundred requests: with its
        // own default of 20 a second no node is let in and no pod is made for five seconds of every boot and failover.
        "kube-api-burst": "200",
        "kube-api-qps": "100",
        // Its first look always fails, as the API server has not made its role yet; the second one after up to 2.2 times this.
        "leader-elect-retry-period": "1s",
        profiling: "false",
        "terminated-pod-gc-threshold": "100",
      }),
    },
    scheduler: { extraArgs: flags({ profiling: "false" }) },
  };
}

const taint = ({ key, value, effect }: Taint): object => ({ key, ...(value ? { value } : {}), effect });

function nodeRegistration(
  machine: MachineFacts,
  { kubeletFlags, ignoredPreflightChecks }: PlatformFacts,
): object {
  const labels = Object.entries(machine.labels).map(([key, value]) => `${key}=${value}`);
  return {
    ...(machine.name !== undefined && { name: machine.name }),
    criSocket: "unix:///run/containerd/containerd.sock",
    // Everything that a boot needs is in the machine's store already.
    imagePullPolicy: "Never",
    taints: machine.taints.map(taint),
    ignorePreflightErrors: [
      ...ignoredPreflightChecks,
      // The bootstrap has made etcd's folder, for its owner, and has signed a control plane's kubelet in.
      "DirAvailable--var-lib-etcd",
      "FileAvailable--etc-kubernetes-kubelet.conf",
    ],
    kubeletExtraArgs: flags({
      ...(machine.address !== undefined && { "node-ip": machine.address }),
      ...(labels.length > 0 ? { "node-labels": labels.join(",") } : {}),
      ...registeredTaints(machine.taints),
      ...kubeletFlags,
    }),
  };
}

/**
 * The taints that a kubelet registers with: `key=value:effect`, separated by commas. kubeadm gives them to joining workers
 * alone; a control plane's node would be there before it is tainted.
 */
function registeredTaints(taints: readonly Taint[]): Record<string, string> {
  if (taints.length === 0) return {};
  const text = taints.map(({ key, value, effect }) => `${key}=${value ?? ""}:${effect}`);
  return { "register-with-taints": text.join(",") };
}

/** Where the API server of this very machine answers; by default, at the address of its default route. */
const localEndpoint = ({ cluster, machine: { address } }: MachineBoot): object => ({
  ...(address !== undefined && { advertiseAddress: address }),
  bindPort: cluster.endpoint.port,
});

/** It holds no secret, so that this can be read by anybody. */
export function initConfiguration(boot: ControlPlaneBoot): object {
  return {
    apiVersion,
    kind: "InitConfiguration",
    // kubeadm makes one at each run, whose text nobody ever knows, and without this it would be good for a day.
    bootstrapTokens: [{ ttl: "1m0s" }],
    localAPIEndpoint: localEndpoint(boot),
    nodeRegistration: nodeRegistration(boot.machine, boot.platform),
    // The platform's components install both, as resources that a preview shows.
    skipPhases: ["addon/coredns", "addon/kube-proxy"],
    timeouts,
  };
}

/** What kubeadm has to know to write a worker's kubelet settings, beside the KubeletConfiguration. */
export function kubeletSettings({ cluster, machine, platform }: MachineBoot): object[] {
  return [
    { apiVersion, kind: "InitConfiguration", nodeRegistration: nodeRegistration(machine, platform) },
    {
      apiVersion,
      kind: "ClusterConfiguration",
      kubernetesVersion: `v${cluster.kubernetesVersion}`,
      // An authority without its key, as a worker has one, is an "external" one to kubeadm, which then asks for the leaves
      // of a control plane: it is to find none.
      certificatesDir: "/etc/slipway/no-authority",
    },
  ];
}

export function joinConfiguration(boot: MachineBoot): object {
  return {
    apiVersion,
    kind: "JoinConfiguration",
    discovery: {
      // A file instead of a token's public look-up: the CA is known, so nothing has to be readable anonymously.
      file: { kubeConfigPath: discoveryPath },
    },
    nodeRegistration: nodeRegistration(boot.machine, boot.platform),
    timeouts,
  };
}

export function joinControlPlaneConfiguration(boot: ControlPlaneBoot): object {
  return { ...joinConfiguration(boot), controlPlane: { localAPIEndpoint: localEndpoint(boot) } };
}
