import { readFileSync } from "node:fs";
import { join } from "node:path";

import { stringify } from "yaml";

import {
  admissionConfiguration,
  auditPolicy,
  authenticationConfiguration,
  encryptionConfiguration,
} from "./api-server-files";
import { cloudConfig } from "./cloud-config";
import type { ControlPlaneBoot, ControlPlaneIdentity, MachineDocuments, MachineFile, WorkerBoot } from "./facts";
import {
  clusterConfiguration,
  discoveryPath,
  initConfiguration,
  joinConfiguration,
  joinControlPlaneConfiguration,
} from "./kubeadm";
import { kubeletConfiguration, kubeletServingPaths } from "./kubelet";

const bootstrapPath = "/usr/local/sbin/slipway-bootstrap";
const bootstrapScript = readFileSync(join(__dirname, "files", "bootstrap.sh"), "utf8");

const secretMode = "0600";
const secretFile = (path: string, content: string): MachineFile => ({
  path,
  content,
  permissions: secretMode,
});

/** By its mode: nobody can forget to name a file with a key here, and what only root reads may go with them. */
const isSecret = ({ permissions }: MachineFile): boolean => permissions === secretMode;

/** Several documents in one file, as kubeadm reads them. */
const yamlStream = (documents: readonly object[]): string =>
  documents.map((document) => stringify(document, { lineWidth: 0 })).join("---\n");

/** A kubeconfig without a user: where the API is and which CA signs for it. kubeadm adds the token. */
function discoveryFile({ cluster, identity }: WorkerBoot): MachineFile {
  const server = `https://${cluster.endpoint.host}:${cluster.endpoint.port}`;
  const authority = Buffer.from(identity.caCertificate).toString("base64");
  return secretFile(
    discoveryPath,
    stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: cluster.name, cluster: { server, "certificate-authority-data": authority } }],
      users: [{ name: "joining-machine", user: { token: identity.joinToken } }],
      contexts: [{ name: "join", context: { cluster: cluster.name, user: "joining-machine" } }],
      "current-context": "join",
    }),
  );
}

/**
 * What kubeadm finds and does not make: it signs the leaves below these authorities on each machine itself. They lie
 * beside `/etc/kubernetes/pki`, which `kubeadm reset` empties, so that an attempt that failed can be repeated.
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

type Role = "initialize" | "join-control-plane" | "join-worker";

/** What the bootstrap script asks for, in the form that a shell reads. All values are names, numbers and addresses. */
function settingsFile({ cluster, machine }: WorkerBoot, role: Role): MachineFile {
  const settings = {
    MACHINE: machine.name,
    ROLE: role,
    ENDPOINT: `https://${cluster.endpoint.host}:${cluster.endpoint.port}`,
  };
  const lines = Object.entries(settings).map(([key, value]) => `${key}='${value}'\n`);
  return { path: "/etc/slipway/bootstrap.env", content: lines.join("") };
}

function machineDocuments(boot: WorkerBoot, role: Role, files: readonly MachineFile[]): MachineDocuments {
  const { fetchedSecrets } = boot.platform;
  const all = [
    { path: bootstrapPath, content: bootstrapScript, permissions: "0755" },
    settingsFile(boot, role),
    { path: "/etc/slipway/ca.crt", content: boot.identity.caCertificate },
    discoveryFile(boot),
    { path: kubeletServingPaths.certificate, content: boot.kubeletServing.certificate },
    secretFile(kubeletServingPaths.privateKey, boot.kubeletServing.privateKey),
    ...files,
    ...boot.platform.files,
  ];
  const document = (written: readonly MachineFile[], commands: readonly (readonly string[])[]): string =>
    cloudConfig({ hostname: boot.machine.name, files: written, commands: [...commands, [bootstrapPath]] });
  if (fetchedSecrets === undefined) {
    return { userData: document(all, []), secretFiles: [] };
  }
  const plain = all.filter((file) => !isSecret(file));
  return {
    userData: document([...plain, ...fetchedSecrets.files], [fetchedSecrets.command]),
    secretFiles: all.filter(isSecret),
  };
}

/** What a worker boots with: it waits for the API and joins. */
export function workerDocuments(boot: WorkerBoot): MachineDocuments {
  return machineDocuments(boot, "join-worker", [
    secretFile("/etc/slipway/join.yaml", yamlStream([joinConfiguration(boot)])),
  ]);
}

/**
 * What a control plane boots with. All of them can join; the one that `initializes` makes a new cluster when the
 * endpoint does not answer, so the same document also brings it back after its loss.
 */
export function controlPlaneDocuments(boot: ControlPlaneBoot): MachineDocuments {
  const initialize = [
    initConfiguration(boot),
    clusterConfiguration(boot.cluster),
    kubeletConfiguration(boot.cluster, boot.platform),
  ];
  return machineDocuments(boot, boot.initializes ? "initialize" : "join-control-plane", [
    ...authorityFiles(boot.identity),
    encryptionConfiguration(boot.identity.encryptionKey),
    auditPolicy(),
    authenticationConfiguration(),
    admissionConfiguration(),
    ...(boot.initializes ? [secretFile("/etc/slipway/init.yaml", yamlStream(initialize))] : []),
    secretFile("/etc/slipway/join.yaml", yamlStream([joinControlPlaneConfiguration(boot)])),
  ]);
}
