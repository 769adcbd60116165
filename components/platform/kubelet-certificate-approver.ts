import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { restrictedContainer } from "./aws/control-plane-pod";
import { bindClusterRole } from "./cluster-role-binding";
import { bundledImage } from "./pod-image";

/** Which approver, and what the machines' names and addresses are like. */
export interface KubeletCertificateApproverArgs {
  /** Its entry point is the program, `kubelet-certificate-approver`. Default: what each machine brings with its own image. */
  readonly image?: pulumi.Input<string>;
  /** CIDRs that machines have their addresses from; a certificate for another address is denied. */
  readonly machineCidrs: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * What machines' names are like: a regular expression in Go's syntax that fits the whole of each DNS name of a node. A
   * certificate for another name is denied, so it must not fit what clients call the API server or another server that
   * has its certificate from the cluster's authority.
   */
  readonly machineNames: pulumi.Input<string>;
}

const program = "kubelet-certificate-approver";
const labels = { "k8s-app": program };

/**
 * Approves what kubelets with `serverTLSBootstrap` ask for: a certificate to serve with, for their own addresses. Kubernetes
 * signs it then, and clients can verify kubelets. What a node asks for it gets if it is called so, or its Node has the names and
 * addresses, no other Node has them, and any machine may have them; a request that is wrong is denied with the reason as a condition,
 * and one that is too early is looked at again.
 */
export class KubeletCertificateApprover extends pulumi.ComponentResource {
  constructor(name: string, args: KubeletCertificateApproverArgs, options: pulumi.ComponentResourceOptions) {
    super("slipway:platform:KubeletCertificateApprover", name, {}, options);
    const metadata = { name: program, namespace: "kube-system", labels };

    const account = new k8s.core.v1.ServiceAccount(name, { metadata }, { parent: this });
    const role = new k8s.rbac.v1.ClusterRole(
      name,
      { metadata: { name: `system:${program}`, labels }, rules: approves },
      { parent: this },
    );
    const grant = bindClusterRole(
      name,
      { role: role.metadata.name, account, bindingName: `system:${program}` },
      { parent: this },
    );
    new k8s.apps.v1.Deployment(
      name,
      {
        metadata,
        spec: {
          replicas: 1,
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec: podSpec(args, account.metadata.name) },
        },
      },
      { parent: this, dependsOn: [grant] },
    );
    this.registerOutputs();
  }
}

/** It approves and denies for the one signer: https://kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests/#authorization */
const approves: k8s.types.input.rbac.v1.PolicyRule[] = [
  {
    apiGroups: ["certificates.k8s.io"],
    resources: ["certificatesigningrequests"],
    verbs: ["list", "watch"],
  },
  {
    apiGroups: ["certificates.k8s.io"],
    resources: ["certificatesigningrequests/approval"],
    verbs: ["update"],
  },
  {
    apiGroups: ["certificates.k8s.io"],
    resources: ["signers"],
    resourceNames: ["kubernetes.io/kubelet-serving"],
    verbs: ["approve"],
  },
  { apiGroups: [""], resources: ["nodes"], verbs: ["list", "watch"] },
];

function podSpec(
  { image, machineCidrs, machineNames }: KubeletCertificateApproverArgs,
  accountName: pulumi.Input<string>,
): k8s.types.input.core.v1.PodSpec {
  const cidrs = pulumi.output(machineCidrs).apply((each) => each.join(","));
  return {
    priorityClassName: "system-cluster-critical",
    serviceAccountName: accountName,
    // Its account decides which server a kubelet may be taken for: no workload runs beside it. It has no use for AWS, so
    // it is in the pod network, where it cannot have the machine's role.
    nodeSelector: { "kubernetes.io/os": "linux", "node-role.kubernetes.io/control-plane": "" },
    tolerations: [
      { key: "CriticalAddonsOnly", operator: "Exists" },
      { key: "node-role.kubernetes.io/control-plane", operator: "Exists", effect: "NoSchedule" },
      { key: "node.cloudprovider.kubernetes.io/uninitialized", operator: "Exists", effect: "NoSchedule" },
    ],
    containers: [
      {
        name: program,
        ...(image === undefined ? bundledImage(program) : { image, imagePullPolicy: "IfNotPresent" }),
        args: [pulumi.interpolate`-cidrs=${cidrs}`, pulumi.interpolate`-dns-names=${machineNames}`],
        resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "128Mi" } },
        securityContext: restrictedContainer,
      },
    ],
  };
}
