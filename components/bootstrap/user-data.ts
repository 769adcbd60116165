import { readFileSync } from "node:fs";
import { join } from "node:path";

import { admissionConfiguration, auditPolicy, authenticationConfiguration } from "./api-server-files";
import { cloudConfig } from "./cloud-config";
import type { ControlPlaneBoot, MachineBoot, MachineFile } from "./facts";
import { joinConfiguration, joinControlPlaneConfiguration } from "./kubeadm";
import { yamlStream } from "./yaml-stream";

const bootstrapPath = "/usr/local/sbin/slipway-bootstrap";
const bootstrapScript = readFileSync(join(__dirname, "files", "bootstrap.sh"), "utf8");

type Role = "initialize" | "join-control-plane" | "join-worker";

/** What the bootstrap script asks for, in the form that a shell reads. All values are names, numbers and addresses. */
function settingsFile({ cluster, machine }: MachineBoot, role: Role): MachineFile {
  const settings = {
    ...(machine.name !== undefined && { MACHINE: machine.name }),
    ROLE: role,
    ENDPOINT: `https://${cluster.endpoint.host}:${cluster.endpoint.port}`,
  };
  const lines = Object.entries(settings).map(([key, value]) => `${key}='${value}'\n`);
  return { path: "/etc/slipway/bootstrap.env", content: lines.join("") };
}

function userData(boot: MachineBoot, role: Role, files: readonly MachineFile[]): string {
  const { machine, platform } = boot;
  return cloudConfig({
    ...(machine.name !== undefined && { hostname: machine.name }),
    files: [
      { path: bootstrapPath, content: bootstrapScript, permissions: "0755" },
      settingsFile(boot, role),
      ...files,
      ...platform.files,
    ],
    commands: [...(platform.preparation ?? []), [bootstrapPath]],
  });
}

/** A file that root reads. */
const joinFile = (configuration: object): MachineFile => ({
  path: "/etc/slipway/join.yaml",
  content: yamlStream([configuration]),
  permissions: "0600",
});

/**
 * The cloud-init document that a worker boots with: it waits for the API and joins.
 * @param identityFiles what `workerIdentityFiles` gives, which makes the document a secret; none where the platform's
 * preparation brings them.
 */
export function workerUserData(boot: MachineBoot, identityFiles: readonly MachineFile[] = []): string {
  return userData(boot, "join-worker", [...identityFiles, joinFile(joinConfiguration(boot))]);
}

/**
 * The cloud-init document that a control plane boots with. All of them can join; the one that `initializes` makes a new
 * cluster when the endpoint does not answer, so the same document also brings it back after its loss.
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
    joinFile(joinControlPlaneConfiguration(boot)),
  ]);
}
