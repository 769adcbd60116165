import { admissionConfiguration, auditPolicy, authenticationConfiguration } from "./api-server-files";
import { cloudConfig } from "./cloud-config";
import type { ControlPlaneBoot, MachineBoot, MachineFile } from "./facts";
import {
  clusterConfiguration,
  initConfiguration,
  joinConfiguration,
  joinControlPlaneConfiguration,
  kubeletSettings,
} from "./kubeadm";
import { kubeletConfiguration } from "./kubelet";
import { yamlStream } from "./yaml-stream";

/** The machine image has it. From then on it runs at every boot. */
const startBootstrap = ["systemctl", "enable", "--now", "slipway-bootstrap.service"];

type Role = "initialize" | "join-control-plane" | "join-worker";

/** What the bootstrap asks for, in the form that a shell reads. All values are names, numbers, addresses and paths. */
function settingsFile({ cluster, machine, platform, identityMark }: MachineBoot, role: Role): MachineFile {
  const settings = {
    ...(machine.name !== undefined && { MACHINE: machine.name }),
    ...(machine.address !== undefined && { ADDRESS: machine.address }),
    ROLE: role,
    ENDPOINT: `https://${cluster.endpoint.host}:${cluster.endpoint.port}`,
    PODS: cluster.networks.pods,
    VALIDITY: cluster.certificateSeconds,
    ...(identityMark && { IDENTITY: identityMark }),
    ...(platform.claimCluster && role !== "join-worker" && { CLAIM: platform.claimCluster.join(" ") }),
  };
  const lines = Object.entries(settings).map(([key, value]) => `${key}='${value}'\n`);
  return { path: "/etc/slipway/bootstrap.env", content: lines.join("") };
}

function userData(boot: MachineBoot, role: Role, files: readonly MachineFile[]): string {
  const { machine, platform } = boot;
  return cloudConfig({
    ...(machine.name !== undefined && { hostname: machine.name }),
    files: [settingsFile(boot, role), ...files, ...platform.files],
    commands: platform.preparation ? [...platform.preparation, startBootstrap] : [],
  });
}

/** Documents that root reads. */
const kubeadmFile = (name: string, documents: readonly object[]): MachineFile => ({
  path: `/etc/slipway/${name}.yaml`,
  content: yamlStream(documents),
  permissions: "0600",
});

/**
 * The cloud-init document that a worker boots with: it waits for the API and joins. One that is a node already has its
 * kubelet's configuration and flags from it.
 * @param identityFiles what `workerIdentityFiles` gives, which makes the document a secret; none where the platform's
 * preparation brings them.
 */
export function workerUserData(boot: MachineBoot, identityFiles: readonly MachineFile[] = []): string {
  return userData(boot, "join-worker", [
    ...identityFiles,
    kubeadmFile("join", [joinConfiguration(boot)]),
    kubeadmFile("kubelet", [...kubeletSettings(boot), kubeletConfiguration(boot.cluster, boot.platform)]),
  ]);
}

/**
 * The cloud-init document that a control plane boots with. All of them can join, and continue the cluster over the data that
 * they find; the one that `initializes` makes a new cluster where none was ever made.
 * @param identityFiles what `controlPlaneIdentityFiles` gives, as with a worker.
 */
export function controlPlaneUserData(
  boot: ControlPlaneBoot,
  identityFiles: readonly MachineFile[] = [],
): string {
  return userData(boot, boot.initializes ? "initialize" : "join-control-plane", [
    ...identityFiles,
    auditPolicy(),
    authenticationConfiguration(),
    admissionConfiguration(),
    kubeadmFile("init", [
      initConfiguration(boot),
      clusterConfiguration(boot.cluster, boot.trustsTwo),
      kubeletConfiguration(boot.cluster, boot.platform),
    ]),
    kubeadmFile("join", [joinControlPlaneConfiguration(boot)]),
  ]);
}
