import { readFileSync } from "node:fs";
import { basename, join } from "node:path";

import type { MachineFile, PlatformFacts } from "../../bootstrap";
import { credentialProvider } from "./credential-provider";

/** Name of the lifecycle hook that takes a pool's machine into service when it is a ready node, and away when it never is. */
export const enterHook = "enter-cluster";

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

/** Stands in a control plane's document for the id of etcd's volume, which {@link withEtcdVolume} puts there. */
const etcdVolume = "@etcd-volume@";

/** The document of a control plane whose etcd has this volume. */
export function withEtcdVolume(document: string, volumeId: string): string {
  return document.replace(etcdVolume, volumeId);
}

const groupsPrefix = (environment: string): string => `slipway-${environment}-`;

const folder = "/usr/local/sbin";

const scriptFiles = {
  "name-instance": "name-instance.sh",
  "mount-etcd-volume": "mount-etcd-volume.sh",
  "fetch-identity": "fetch-identity.py",
  "fetch-machine-files": "fetch-machine-files.py",
  "claim-cluster": "claim-cluster.py",
  "renew-join-token": "renew-join-token.py",
  "group-hook": "group-hook.py",
  "leave-cluster": "leave-cluster.sh",
} as const;

type Script = keyof typeof scriptFiles;

const command = (name: Script): string => `${folder}/slipway-${name}`;

const contentOf = (file: string): string => readFileSync(join(__dirname, "files", file), "utf8");

const script = (name: Script): MachineFile => ({
  path: command(name),
  content: contentOf(scriptFiles[name]),
  permissions: "0755",
});

/** Beside the scripts in Python, which import it. */
const pythonModule: MachineFile = {
  path: `${folder}/slipway_aws.py`,
  content: contentOf("slipway_aws.py"),
};

const settings = (path: string, values: Readonly<Record<string, string>>): MachineFile => ({
  path,
  content: Object.entries(values)
    .map(([key, value]) => `${key}='${value}'\n`)
    .join(""),
});

const unitPath = (name: string): string => `/etc/systemd/system/slipway-${name}.service`;

/**
 * Services of a pool's machine, which its auto-scaling group takes into service and away, and of a control plane, which keeps
 * the token that the former join with.
 */
const units: readonly MachineFile[] = [
  {
    path: unitPath("enter-cluster"),
    content: `[Unit]
Description=Has AWS take this machine into service when it is a ready node
After=network-online.target
Wants=network-online.target

[Service]
ExecStart=${command("group-hook")} enter
Restart=on-failure
RestartSec=5

[Install]
WantedBy=multi-user.target
`,
  },
  {
    path: unitPath("leave-cluster"),
    content: `[Unit]
Description=Moves the pods elsewhere before AWS takes this machine away
After=network-online.target kubelet.service
Wants=network-online.target

[Service]
ExecStart=${command("leave-cluster")}
Restart=on-failure
RestartSec=5

[Install]
WantedBy=multi-user.target
`,
  },
  {
    path: unitPath("renew-join-token"),
    content: `[Unit]
Description=Keeps a token with which new workers join
After=network-online.target
Wants=network-online.target

[Service]
ExecStart=${command("renew-join-token")}
Restart=on-failure
RestartSec=10

[Install]
WantedBy=multi-user.target
`,
  },
];

/** Where a role's secret says which archive its machines are made of; files/fetch-machine-files.py reads it there. */
export function archivePointer(bucket: string, key: string): MachineFile {
  return settings("/etc/slipway/machine-archive.env", { BUCKET: bucket, ARCHIVE: key });
}

/**
 * What a machine that is an EC2 instance differs in from others: its name and its identity come from AWS, a control plane's
 * etcd has a volume of its own, and a pool's machine hears from AWS that it has to go.
 * @param machineFilesKey of the files that make a machine of a stock system; default: the image has everything
 */
export function awsFacts(environment: string, machineFilesKey?: string): PlatformFacts {
  const machineFiles = machineFilesKey === undefined ? [] : (["fetch-machine-files"] as const);
  const scripts = [
    ...machineFiles,
    ...(["name-instance", "mount-etcd-volume", "fetch-identity"] as const),
    ...(["claim-cluster", "renew-join-token", "group-hook", "leave-cluster"] as const),
  ];
  return {
    kubelet: {
      cgroupDriver: "systemd",
      // What the kubelet, containerd with a shim for each pod, and systemd have to themselves: pods together get the rest.
      kubeReserved: { cpu: "100m", memory: "300Mi" },
    },
    // The cloud controller manager says of a node where it is and which addresses it has; until then nothing runs there.
    kubeletFlags: { "cloud-provider": "external", ...credentialProvider.kubeletFlags },
    ignoredPreflightChecks: [],
    claimCluster: [command("claim-cluster")],
    files: [
      ...scripts.map(script),
      pythonModule,
      ...(machineFilesKey === undefined
        ? []
        : [settings("/etc/slipway/machine-files.env", { KEY: machineFilesKey })]),
      settings("/etc/slipway/etcd-volume.env", { VOLUME: etcdVolume }),
      settings("/etc/slipway/secrets.env", { SECRETS: secretsPrefix(environment) }),
      settings("/etc/slipway/group.env", {
        GROUPS_PREFIX: groupsPrefix(environment),
        ENTER_HOOK: enterHook,
        LEAVE_HOOK: leaveHook,
      }),
      ...units,
      credentialProvider.configuration,
    ],
    preparation: [
      ...machineFiles.map((name) => [command(name)]),
      [command("name-instance")],
      [command("mount-etcd-volume")],
      [command("fetch-identity")],
      [
        ...["systemctl", "enable", "--now", "--no-block"],
        ...units.map(({ path }) => basename(path)),
        // Of the machine's own files, as it needs nothing of the document.
        "slipway-look-after-nodes.service",
      ],
    ],
  };
}
