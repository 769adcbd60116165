import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import { Metrics } from "../../../../components/platform";
import {
  containerOf,
  countByType,
  inputsOf,
  recordResources,
  type Registered,
  registeredBy,
} from "../../../support/recorder";

const authority = "-----BEGIN CERTIFICATE-----";

beforeEach(() => {
  recordResources({
    outputs: { "pulumi-nodejs:dynamic/pki:CertificateAuthority": { certificatePem: authority } },
  });
});

function create(verifyKubelet: boolean): Promise<Registered[]> {
  return registeredBy((options) => new Metrics("metrics", { version: "0.8.0", verifyKubelet }, options));
}

test("registers exactly its objects", async () => {
  expect(countByType(await create(false))).toEqual({
    "slipway:platform:Metrics": 1,
    "kubernetes:core/v1:ServiceAccount": 1,
    "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole": 2,
    "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding": 2,
    "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding": 1,
    "kubernetes:core/v1:Service": 1,
    "kubernetes:core/v1:Secret": 1,
    "slipway:pki:WebIdentity": 1,
    "pulumi-nodejs:dynamic/pki:CertificateAuthority": 1,
    "pulumi-nodejs:dynamic/pki:WebCertificate": 1,
    "kubernetes:apps/v1:Deployment": 1,
    "kubernetes:apiregistration.k8s.io/v1:APIService": 1,
  });
});

test("serves the metrics API through its own Service", async () => {
  expect(inputsOf(await create(false), "kubernetes:apiregistration.k8s.io/v1:APIService")).toMatchObject({
    metadata: { name: "v1beta1.metrics.k8s.io" },
    spec: {
      group: "metrics.k8s.io",
      version: "v1beta1",
      service: { name: "metrics-server", namespace: "kube-system" },
    },
  });
});

test("is known to API servers by a certificate for its Service, and they verify it", async () => {
  const resources = await create(false);
  const { spec } = inputsOf(resources, "kubernetes:apiregistration.k8s.io/v1:APIService") as unknown as {
    spec: Record<string, unknown>;
  };
  expect(spec.caBundle).toBe(Buffer.from(authority).toString("base64"));
  expect(spec).not.toHaveProperty("insecureSkipTLSVerify");
  const [certificate] = resources.filter(({ type }) => type.endsWith(":WebCertificate"));
  expect(certificate?.inputs.hosts).toEqual(["metrics-server.kube-system.svc"]);
  const deployment = inputsOf(resources, "kubernetes:apps/v1:Deployment");
  expect(deployment.spec.template.spec).toMatchObject({
    volumes: [{ name: "tls", secret: { secretName: "metrics-server-tls" } }],
  });
});

test.each([
  [true, "--kubelet-certificate-authority=/var/run/secrets/kubernetes.io/serviceaccount/ca.crt"],
  [false, "--kubelet-insecure-tls"],
])("with verifyKubelet %s it asks kubelets with %s", async (verifyKubelet, flag) => {
  const container = containerOf(inputsOf(await create(verifyKubelet), "kubernetes:apps/v1:Deployment"));
  expect(container.image).toBe("registry.k8s.io/metrics-server/metrics-server:v0.8.0");
  expect(container.args).toEqual([
    "--tls-cert-file=/etc/metrics-server/tls/tls.crt",
    "--tls-private-key-file=/etc/metrics-server/tls/tls.key",
    "--secure-port=10250",
    "--kubelet-preferred-address-types=InternalIP",
    "--kubelet-use-node-status-port",
    "--metric-resolution=15s",
    flag,
  ]);
});

test("passes Pod Security restricted", async () => {
  const deployment = inputsOf(await create(false), "kubernetes:apps/v1:Deployment");
  expect(deployment.spec.template.spec).not.toHaveProperty("hostNetwork");
  expect(containerOf(deployment).securityContext).toEqual({
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
    readOnlyRootFilesystem: true,
    runAsNonRoot: true,
    runAsUser: 1000,
    seccompProfile: { type: "RuntimeDefault" },
  });
});

test("adds the API only when its server is ready, as an API without a server breaks discovery", async () => {
  const dependencies: unknown[] = [];
  await registeredBy((options) => {
    const collect: pulumi.ResourceTransformation = ({ type, opts }) => {
      if (type === "kubernetes:apiregistration.k8s.io/v1:APIService") {
        dependencies.push(opts.dependsOn);
      }
      return undefined;
    };
    new Metrics(
      "metrics",
      { version: "0.8.0", verifyKubelet: false },
      { ...options, transformations: [...(options.transformations ?? []), collect] },
    );
  });
  expect(dependencies).toEqual([[expect.any(k8s.apps.v1.Deployment)]]);
});

test("names its Secret itself: a renewed certificate replaces that, and what is given its name by it would go with it", async () => {
  const deployments: { secretName: unknown; dependsOn: unknown }[] = [];
  await registeredBy((options) => {
    const collect: pulumi.ResourceTransformation = ({ type, props, opts }) => {
      if (type === "kubernetes:apps/v1:Deployment") {
        const { spec } = props as k8s.types.input.apps.v1.Deployment & {
          spec: { template: { spec: { volumes: { secret: { secretName: unknown } }[] } } };
        };
        const [volume] = spec.template.spec.volumes;
        deployments.push({ secretName: volume?.secret.secretName, dependsOn: opts.dependsOn });
      }
      return undefined;
    };
    new Metrics(
      "metrics",
      { version: "0.8.0", verifyKubelet: false },
      { ...options, transformations: [...(options.transformations ?? []), collect] },
    );
  });
  expect(deployments).toEqual([
    {
      secretName: "metrics-server-tls",
      dependsOn: expect.arrayContaining([expect.any(k8s.core.v1.Secret)]) as unknown,
    },
  ]);
});
