import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import type { ApiEndpoint } from "../api-endpoint";
import { bindClusterRole } from "../cluster-role-binding";
import { configHash } from "../files";
import { apiVariables, controlPlanePod, restrictedContainer } from "./control-plane-pod";

/** Which cloud controller manager, and of which cluster. */
export interface CloudControllerManagerArgs {
  /** Of cloud-provider-aws, of the same minor version as the cluster; its entry point is the program. */
  readonly image: pulumi.Input<string>;
  /**
   * The cluster's name on AWS: subnets, security groups and instances that belong to it have the tag
   * `kubernetes.io/cluster/<name>`.
   */
  readonly clusterName: pulumi.Input<string>;
  /** AWS region, as in `eu-central-1`. */
  readonly region: pulumi.Input<string>;
  /** Where it reaches the API: before Services work. */
  readonly apiEndpoint: ApiEndpoint;
}

const program = "cloud-controller-manager";
const labels = { "k8s-app": "aws-cloud-controller-manager" };
const configFolder = "/etc/aws-cloud";
const configFile = "cloud.conf";
const port = 10258;

/**
 * Makes instances known to the cluster and Services to AWS, by cloud-provider-aws: a node gets its addresses, its zone
 * and its instance type as labels, and loses the taint `node.cloudprovider.kubernetes.io/uninitialized`; one whose
 * instance is gone is deleted; a Service of type `LoadBalancer` gets a load balancer. Kubelets have to run with
 * `--cloud-provider=external`, and with `--provider-id` unless their nodes are called as their instances' private DNS
 * names. Credentials are the control planes' instance role.
 */
export class CloudControllerManager extends pulumi.ComponentResource {
  constructor(name: string, args: CloudControllerManagerArgs, options: pulumi.ComponentResourceOptions) {
    super("slipway:platform:CloudControllerManager", name, {}, options);
    const metadata = { name: program, namespace: "kube-system", labels };

    const account = new k8s.core.v1.ServiceAccount(name, { metadata }, { parent: this });
    const grants = this.grantAccess(name, account);
    const data = { [configFile]: cloudConfig(args) };
    const config = new k8s.core.v1.ConfigMap(name, { metadata, data }, { parent: this });
    new k8s.apps.v1.DaemonSet(
      name,
      {
        metadata: { ...metadata, name: "aws-cloud-controller-manager" },
        spec: {
          selector: { matchLabels: labels },
          template: {
            metadata: { labels, annotations: configHash(data) },
            spec: podSpec(args, account.metadata.name, config.metadata.name),
          },
        },
      },
      { parent: this, dependsOn: grants },
    );
    this.registerOutputs();
  }

  private grantAccess(name: string, account: k8s.core.v1.ServiceAccount): pulumi.Resource[] {
    const options = { parent: this };
    const { name: accountName, namespace } = account.metadata;
    const clusterRole = new k8s.rbac.v1.ClusterRole(
      name,
      { metadata: { name: `system:${program}`, labels }, rules: managesNodesAndServices },
      options,
    );
    const role = new k8s.rbac.v1.Role(
      name,
      { metadata: { name: `system:${program}`, namespace, labels }, rules: electsLeader },
      options,
    );
    const bindRole = (suffix: string, roleName: pulumi.Input<string>): k8s.rbac.v1.RoleBinding =>
      new k8s.rbac.v1.RoleBinding(
        `${name}-${suffix}`,
        {
          metadata: { name: `system:${program}:${suffix}`, namespace, labels },
          roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: roleName },
          subjects: [{ kind: "ServiceAccount", name: accountName, namespace }],
        },
        options,
      );
    const grant = { role: clusterRole.metadata.name, account, bindingName: `system:${program}` };
    return [
      bindClusterRole(name, grant, options),
      bindRole("leader-election", role.metadata.name),
      // Whom its own port lets in, as that of every Kubernetes program.
      bindRole("authentication-reader", "extension-apiserver-authentication-reader"),
    ];
  }
}

/**
 * Upstream's list for one account that does the work of all its controllers, without PersistentVolumes, Endpoints and
 * ServiceAccounts' tokens, which none of these three asks for, and with leases of its own name alone.
 * https://github.com/kubernetes/cloud-provider-aws/tree/v1.36.2/examples/existing-cluster/base
 */
const managesNodesAndServices: k8s.types.input.rbac.v1.PolicyRule[] = [
  { apiGroups: [""], resources: ["events"], verbs: ["create", "patch", "update"] },
  { apiGroups: [""], resources: ["nodes"], verbs: ["get", "list", "watch", "update", "patch", "delete"] },
  { apiGroups: [""], resources: ["nodes/status"], verbs: ["patch"] },
  { apiGroups: [""], resources: ["services"], verbs: ["get", "list", "watch", "update", "patch"] },
  { apiGroups: [""], resources: ["services/status"], verbs: ["update", "patch"] },
];

const electsLeader: k8s.types.input.rbac.v1.PolicyRule[] = [
  { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["create"] },
  {
    apiGroups: ["coordination.k8s.io"],
    resources: ["leases"],
    resourceNames: [program],
    verbs: ["get", "update"],
  },
];

/** https://github.com/kubernetes/cloud-provider-aws/blob/v1.36.2/pkg/providers/v1/config/config.go */
function cloudConfig({ region, clusterName }: CloudControllerManagerArgs): pulumi.Output<string> {
  return pulumi.interpolate`[Global]\nRegion = ${region}\nKubernetesClusterID = ${clusterName}\n`;
}

function podSpec(
  args: CloudControllerManagerArgs,
  accountName: pulumi.Input<string>,
  configName: pulumi.Input<string>,
): k8s.types.input.core.v1.PodSpec {
  const answers = (path: string) => ({ httpGet: { host: "127.0.0.1", path, port, scheme: "HTTPS" } });
  return {
    priorityClassName: "system-node-critical",
    serviceAccountName: accountName,
    ...controlPlanePod,
    containers: [
      {
        name: "aws-cloud-controller-manager",
        image: args.image,
        imagePullPolicy: "IfNotPresent",
        args: [
          "--cloud-provider=aws",
          `--cloud-config=${configFolder}/${configFile}`,
          pulumi.interpolate`--cluster-name=${args.clusterName}`,
          // Pods' addresses are the pod network's matter.
          "--allocate-node-cidrs=false",
          "--configure-cloud-routes=false",
          "--controllers=cloud-node-controller,cloud-node-lifecycle-controller,service-lb-controller",
          "--leader-elect=true",
          "--bind-address=127.0.0.1",
          `--secure-port=${port}`,
          "--v=2",
        ],
        env: apiVariables(args.apiEndpoint),
        resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "256Mi" } },
        securityContext: restrictedContainer,
        readinessProbe: { ...answers("/healthz"), periodSeconds: 2 },
        livenessProbe: { ...answers("/healthz"), periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 },
        volumeMounts: [{ name: "config", mountPath: configFolder, readOnly: true }],
      },
    ],
    volumes: [{ name: "config", configMap: { name: configName } }],
  };
}
