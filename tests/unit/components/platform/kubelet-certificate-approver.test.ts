import * as pulumi from "@pulumi/pulumi";

import { KubeletCertificateApprover } from "../../../../components/platform";
import {
  containerOf,
  countByType,
  inputsOf,
  recordResources,
  type Registered,
  registeredBy,
} from "../../../support/recorder";

beforeEach(() => {
  recordResources();
});

function create(): Promise<Registered[]> {
  const args = {
    image: "registry.example/kubelet-certificate-approver@sha256:0",
    machineCidrs: pulumi.output(["10.0.0.0/16", "10.1.0.0/16"]),
    machineNames: "worker-[0-9]+",
  };
  return registeredBy((options) => new KubeletCertificateApprover("approver", args, options));
}

test("registers exactly its objects", async () => {
  expect(countByType(await create())).toEqual({
    "slipway:platform:KubeletCertificateApprover": 1,
    "kubernetes:core/v1:ServiceAccount": 1,
    "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole": 1,
    "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding": 1,
    "kubernetes:apps/v1:Deployment": 1,
  });
});

test("tells the program what machines' names and addresses are like", async () => {
  expect(containerOf(inputsOf(await create(), "kubernetes:apps/v1:Deployment")).args).toEqual([
    "-cidrs=10.0.0.0/16,10.1.0.0/16",
    "-dns-names=worker-[0-9]+",
  ]);
});

test("may approve for the one signer", async () => {
  const { rules } = inputsOf(await create(), "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole");
  const certificates = { apiGroups: ["certificates.k8s.io"] };
  expect(rules).toEqual([
    { ...certificates, resources: ["certificatesigningrequests"], verbs: ["list", "watch"] },
    { ...certificates, resources: ["certificatesigningrequests/approval"], verbs: ["update"] },
    {
      ...certificates,
      resources: ["signers"],
      resourceNames: ["kubernetes.io/kubelet-serving"],
      verbs: ["approve"],
    },
    { apiGroups: [""], resources: ["nodes"], verbs: ["list", "watch"] },
  ]);
});

test("runs on control planes without any privilege, and out of reach of the machine's role", async () => {
  const { spec } = inputsOf(await create(), "kubernetes:apps/v1:Deployment");
  expect(spec.template.spec).not.toHaveProperty("hostNetwork");
  expect(spec.template.spec).toMatchObject({
    nodeSelector: { "node-role.kubernetes.io/control-plane": "" },
    containers: [{ securityContext: { runAsNonRoot: true, capabilities: { drop: ["ALL"] } } }],
  });
});
