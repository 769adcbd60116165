import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { bindClusterRole } from "./cluster-role-binding";
import { configHash, readPlatformFile, toYaml } from "./files";
import { type PodImage, podImage, type ProgramVersion } from "./pod-image";

/** What happens to a volume whose claim is deleted: it goes too, or it stays. */
export type StorageClassName = "recycle" | "keep";

/** Which provisioner, and where it puts what. */
export interface StorageArgs {
  /** local-path-provisioner's version without a leading `v`, or `bundled`. */
  readonly version: ProgramVersion;
  /** The class of claims that name none. Default `recycle`. */
  readonly defaultClass?: StorageClassName;
  /**
   * Absolute path of a folder that every machine shares and that outlives them all, for the volumes of `keep`. Default:
   * there is none, and those volumes lie in folders of their own node like all others, and go with its disk.
   */
  readonly keptFolder?: string;
}

const configFolder = "/etc/local-path-provisioner";
const provisioner = "rancher.io/local-path";
const labels = { "app.kubernetes.io/name": "local-path-provisioner" };

/**
 * Volumes in folders, by local-path-provisioner, and two storage classes. `recycle` makes a volume on the node that a
 * pod first uses it on, and removes it with its claim. `keep` leaves it to be found again: a claim of the same
 * namespace and name gets the same folder, and with a `keptFolder` from every node and after the cluster was made anew.
 */
export class Storage extends pulumi.ComponentResource {
  constructor(name: string, args: StorageArgs, options: pulumi.ComponentResourceOptions) {
    super("slipway:platform:Storage", name, {}, options);
    const image = podImage("local-path-provisioner", args.version);

    const namespace = this.createNamespace(name);
    const account = new k8s.core.v1.ServiceAccount(
      name,
      { metadata: { name: "local-path-provisioner", namespace, labels } },
      { parent: this },
    );
    const grants = this.grantAccess(name, account);
    const data = provisionerFiles(image, args.keptFolder);
    const config = new k8s.core.v1.ConfigMap(
      name,
      { metadata: { name: configName, namespace, labels }, data },
      { parent: this },
    );
    new k8s.apps.v1.Deployment(
      name,
      {
        metadata: { name: "local-path-provisioner", namespace, labels },
        spec: {
          replicas: 1,
          // It elects no leader: the old one must be gone before the new one starts.
          strategy: { type: "Recreate" },
          selector: { matchLabels: labels },
          template: {
            metadata: { labels, annotations: configHash(data) },
            spec: podSpec(image, account.metadata.name, config.metadata.name),
          },
        },
      },
      { parent: this, dependsOn: grants },
    );
    const { defaultClass = "recycle", keptFolder } = args;
    for (const storageClass of [recycle, keep(keptFolder)]) {
      this.createStorageClass(name, storageClass, storageClass.name === defaultClass);
    }
    this.registerOutputs();
  }

  private createNamespace(name: string): pulumi.Output<string> {
    const namespace = new k8s.core.v1.Namespace(
      name,
      {
        metadata: {
          name: "local-path-storage",
          // The pods that make and remove folders mount the machine's.
          labels: { ...labels, "pod-security.kubernetes.io/enforce": "privileged" },
        },
      },
      { parent: this },
    );
    return namespace.metadata.name;
  }

  private grantAccess(name: string, account: k8s.core.v1.ServiceAccount): pulumi.Resource[] {
    const options = { parent: this };
    const clusterRole = new k8s.rbac.v1.ClusterRole(
      name,
      { metadata: { name: "local-path-provisioner", labels }, rules: managesVolumes },
      options,
    );
    const { name: accountName, namespace } = account.metadata;
    const role = new k8s.rbac.v1.Role(
      name,
      { metadata: { name: "local-path-provisioner", namespace, labels }, rules: managesHelperPods },
      options,
    );
    const binding = new k8s.rbac.v1.RoleBinding(
      name,
      {
        metadata: { name: "local-path-provisioner", namespace, labels },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name },
        subjects: [{ kind: "ServiceAccount", name: accountName, namespace }],
      },
      options,
    );
    const grant = { role: clusterRole.metadata.name, account, bindingName: "local-path-provisioner" };
    return [binding, bindClusterRole(name, grant, options)];
  }

  private createStorageClass(
    name: string,
    { name: className, reclaimPolicy, volumeType, parameters }: StorageClass,
    isDefault: boolean,
  ): void {
    new k8s.storage.v1.StorageClass(
      `${name}-${className}`,
      {
        metadata: {
          name: className,
          labels,
          annotations: {
            "storageclass.kubernetes.io/is-default-class": String(isDefault),
            defaultVolumeType: volumeType,
          },
        },
        provisioner,
        ...(parameters && { parameters }),
        reclaimPolicy,
        // A folder has no size that could grow: a claim that asks for more is told so at once.
        allowVolumeExpansion: false,
        volumeBindingMode: "WaitForFirstConsumer",
      },
      { parent: this },
    );
  }
}

interface StorageClass {
  readonly name: StorageClassName;
  readonly reclaimPolicy: "Delete" | "Retain";
  readonly volumeType: "local" | "hostPath";
  readonly parameters?: Record<string, string>;
}

// A local volume is its pod's own: the kubelet gives it to the pod's fsGroup, which it refuses to a hostPath.
const recycle: StorageClass = {
  name: "recycle",
  reclaimPolicy: "Delete",
  volumeType: "local",
};

function keep(keptFolder: string | undefined): StorageClass {
  return {
    name: "keep",
    reclaimPolicy: "Retain",
    // What can be reached from every node has no node to be local to, and the API takes no local volume without one.
    volumeType: keptFolder === undefined ? "local" : "hostPath",
    // The same folder for every claim that is called the same, whichever cluster it is in.
    parameters: { pathPattern: "{{ .PVC.Namespace }}/{{ .PVC.Name }}" },
  };
}

const configName = "local-path-config";

/** Upstream's list without ConfigMaps and logs of the whole cluster: it reads its files from its own volume. */
const managesVolumes: k8s.types.input.rbac.v1.PolicyRule[] = [
  { apiGroups: [""], resources: ["nodes", "persistentvolumeclaims"], verbs: ["get", "list", "watch"] },
  {
    apiGroups: [""],
    resources: ["persistentvolumes"],
    verbs: ["get", "list", "watch", "create", "patch", "update", "delete"],
  },
  { apiGroups: ["storage.k8s.io"], resources: ["storageclasses"], verbs: ["get", "list", "watch"] },
  { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
];

const managesHelperPods: k8s.types.input.rbac.v1.PolicyRule[] = [
  { apiGroups: [""], resources: ["pods"], verbs: ["get", "create", "delete"] },
  { apiGroups: [""], resources: ["pods/log"], verbs: ["get"] },
];

/** https://github.com/rancher/local-path-provisioner#configuration: the file names are its own. */
function provisionerFiles(image: PodImage, keptFolder: string | undefined) {
  return {
    "config.json": JSON.stringify(provisionerConfig(keptFolder)),
    "helperPod.yaml": toYaml(helperPod(image)),
    setup: readPlatformFile("setup-volume.sh"),
    teardown: readPlatformFile("teardown-volume.sh"),
  };
}

/** Where each class has its folders. */
function provisionerConfig(keptFolder: string | undefined) {
  const onEachNode = (path: string) => ({
    nodePathMap: [{ node: "DEFAULT_PATH_FOR_NON_LISTED_NODES", paths: [path] }],
  });
  return {
    storageClassConfigs: {
      recycle: onEachNode("/var/lib/slipway/volumes"),
      keep:
        keptFolder === undefined ? onEachNode("/var/lib/slipway/kept") : { sharedFileSystemPath: keptFolder },
    },
  };
}

/** The pod that makes or removes one folder. The provisioner adds the node, the script and the folder. */
function helperPod(image: PodImage) {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "helper-pod" },
    spec: {
      priorityClassName: "system-node-critical",
      automountServiceAccountToken: false,
      containers: [{ name: "helper-pod", ...image }],
    },
  };
}

function podSpec(
  image: PodImage,
  accountName: pulumi.Input<string>,
  configMapName: pulumi.Input<string>,
): k8s.types.input.core.v1.PodSpec {
  return {
    priorityClassName: "system-cluster-critical",
    serviceAccountName: accountName,
    nodeSelector: { "kubernetes.io/os": "linux" },
    tolerations: [
      { key: "CriticalAddonsOnly", operator: "Exists" },
      { key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule" },
    ],
    containers: [
      {
        name: "local-path-provisioner",
        ...image,
        command: ["local-path-provisioner", "start"],
        args: [
          `--config=${configFolder}/config.json`,
          `--helper-pod-file=${configFolder}/helperPod.yaml`,
          `--configmap-name=${configName}`,
          // Helper pods need no rights, so they do not get the provisioner's.
          "--service-account-name=default",
        ],
        env: [
          { name: "POD_NAMESPACE", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } },
          { name: "CONFIG_MOUNT_PATH", value: configFolder },
        ],
        resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "128Mi" } },
        securityContext: {
          allowPrivilegeEscalation: false,
          capabilities: { drop: ["ALL"] },
          readOnlyRootFilesystem: true,
          runAsNonRoot: true,
          runAsUser: 65532,
          seccompProfile: { type: "RuntimeDefault" },
        },
        volumeMounts: [{ name: "config", mountPath: configFolder, readOnly: true }],
      },
    ],
    volumes: [{ name: "config", configMap: { name: configMapName } }],
  };
}
