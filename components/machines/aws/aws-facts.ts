import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { MachineFile, PlatformFacts } from "../../bootstrap";
import { credentialProvider } from "./credential-provider";

/** Name of the lifecycle hook that lets a pool's machine move its pods elsewhere before it goes. */
export const leaveHook = "leave-cluster";

/** Name of a pool's auto-scaling group. The machines put it together themselves, so it is fixed. */
export function groupName(environment: string, pool: string): string {
  return `${groupsPrefix(environment)}${pool}`;
}

/** What the names of the environment's secrets have before the role's. */
export function secretsPrefix(environment: string): string {
  return `slipway/${environment}`;
}

const groupsPrefix = (environment: string): string => `slipway-${environment}-`;

const script = (name: string): MachineFile => ({
  path: `/usr/local/sbin/slipway-${name}`,
  content: readFileSync(join(__dirname, "files", scriptFiles[name] ?? name), "utf8"),
  permissions: "0755",
});

const scriptFiles: Readonly<Record<string, string>> = {
  "name-instance": "name-instance.sh",
  "mount-etcd-volume": "mount-etcd-volume.sh",
  "fetch-identity": "fetch-identity.py",
  "leave-cluster": "leave-cluster.sh",
};

const settings = (path: string, values: Readonly<Record<string, string>>): MachineFile => ({
  path,
  content: Object.entries(values)
    .map(([key, value]) => `${key}='${value}'\n`)
    .join(""),
});

const leaveUnit: MachineFile = {
  path: "/etc/systemd/system/slipway-leave-cluster.service",
  content: `[Unit]
Description=Moves the pods elsewhere before AWS takes this machine away
After=network-online.target kubelet.service
Wants=network-online.target

[Service]
ExecStart=/usr/local/sbin/slipway-leave-cluster
Restart=on-failure
RestartSec=5

[Install]
WantedBy=multi-user.target
`,
};

/**
 * What a machine that is an EC2 instance differs in from others: its name and its identity come from AWS, a control plane's
 * etcd has a volume of its own, and a pool's machine hears from AWS that it has to go.
 */
export function awsFacts(environment: string): PlatformFacts {
  return {
    kubelet: { cgroupDriver: "systemd" },
    // The cloud controller manager says of a node where it is and which addresses it has; until then nothing runs there.
    kubeletFlags: { "cloud-provider": "external", ...credentialProvider.kubeletFlags },
    ignoredPreflightChecks: [],
    servingCertificates: "requested",
    files: [
      ...Object.keys(scriptFiles).map(script),
      settings("/etc/slipway/secrets.env", { SECRETS: secretsPrefix(environment) }),
      settings("/etc/slipway/leave.env", { GROUPS_PREFIX: groupsPrefix(environment), HOOK: leaveHook }),
      leaveUnit,
      credentialProvider.configuration,
    ],
    preparation: [
      ["/usr/local/sbin/slipway-name-instance"],
      ["/usr/local/sbin/slipway-mount-etcd-volume"],
      ["/usr/local/sbin/slipway-fetch-identity"],
      ["systemctl", "enable", "--now", "--no-block", "slipway-leave-cluster.service"],
    ],
  };
}
