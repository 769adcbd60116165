import type * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";

import { Platform, type PlatformArgs, PodNetwork } from "../../../../components/platform";
import {
  countByType,
  inputsOf,
  recordResources,
  type Registered,
  registeredBy,
} from "../../../support/recorder";

beforeEach(() => {
  recordResources();
});

const args: PlatformArgs = {
  versions: {
    kubernetes: "1.36.3",
    coredns: "1.14.0",
    kubeRouter: "2.2.1",
    localPathProvisioner: "0.0.30",
    metricsServer: "0.8.0",
    skipper: "0.23.0",
  },
  apiEndpoint: { host: "172.30.0.2", port: 6443 },
  podCidr: "10.244.0.0/16",
  serviceCidr: "10.96.0.0/16",
  dnsAddress: "10.96.0.10",
  conntrackLimits: false,
  verifyKubelet: false,
  ingress: { nodePorts: { http: 30080, https: 30443 } },
};

function create(...transformations: pulumi.ResourceTransformation[]): Promise<Registered[]> {
  return createWith(args, ...transformations);
}

function createWith(
  all: PlatformArgs,
  ...transformations: pulumi.ResourceTransformation[]
): Promise<Registered[]> {
  return registeredBy(
    (options) =>
      new Platform("platform", all, {
        ...options,
        transformations: [...(options.transformations ?? []), ...transformations],
      }),
  );
}

test("registers every part once, 70 resources in all", async () => {
  const resources = await create();
  expect(resources).toHaveLength(70);
  expect(countByType(resources.filter(({ type }) => type.startsWith("slipway:")))).toEqual({
    "slipway:platform:Platform": 1,
    "slipway:platform:TenantPolicies": 1,
    "slipway:platform:KubeProxy": 1,
    "slipway:platform:PodNetwork": 1,
    "slipway:platform:ClusterDns": 1,
    "slipway:platform:Storage": 1,
    "slipway:platform:Metrics": 1,
    "slipway:pki:WebIdentity": 1,
    "slipway:platform:Ingress": 1,
  });
});

test("approves what kubelets answer with where it is told what machines are like", async () => {
  const machines = { names: "worker-[0-9]+", cidrs: ["10.88.4.0/24"] };
  const approvers = (await createWith({ ...args, machines })).filter(
    ({ type, name }) => type === "kubernetes:apps/v1:Deployment" && name === "platform-approver",
  );
  expect(approvers).toHaveLength(1);
  expect(approvers[0]?.inputs).toMatchObject({
    spec: {
      template: {
        spec: {
          containers: [
            {
              image: "machine.slipway.dev/kubelet-certificate-approver:bundled",
              imagePullPolicy: "Never",
              args: ["-cidrs=10.88.4.0/24", "-dns-names=worker-[0-9]+"],
            },
          ],
        },
      },
    },
  });
});

describe("the images of its pods", () => {
  interface Container {
    readonly name: string;
    readonly image: string;
    readonly imagePullPolicy: string;
  }

  /** By program, init containers' too. */
  async function imagesWith(some: Partial<PlatformArgs>): Promise<Record<string, string[]>> {
    const resources = await registeredBy(
      (options) => new Platform("platform", { ...args, ...some, conntrackLimits: true }, options),
    );
    const controllers = resources.filter(({ type }) => /:(DaemonSet|Deployment)$/.test(type));
    const containers = controllers.flatMap(({ inputs }) => {
      const { spec } = (inputs as { spec: { template: { spec: Record<string, Container[] | undefined> } } })
        .spec.template;
      return [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
    });
    return Object.fromEntries(containers.map((each) => [each.name, [each.image, each.imagePullPolicy]]));
  }

  test("are upstream's in the versions that it is told", async () => {
    expect(await imagesWith({})).toEqual({
      "conntrack-limits": ["registry.k8s.io/kube-proxy:v1.36.3", "IfNotPresent"],
      "kube-proxy": ["registry.k8s.io/kube-proxy:v1.36.3", "IfNotPresent"],
      "kube-router": ["docker.io/cloudnativelabs/kube-router:v2.2.1", "IfNotPresent"],
      coredns: ["registry.k8s.io/coredns/coredns:v1.14.0", "IfNotPresent"],
      "local-path-provisioner": ["docker.io/rancher/local-path-provisioner:v0.0.30", "IfNotPresent"],
      "metrics-server": ["registry.k8s.io/metrics-server/metrics-server:v0.8.0", "IfNotPresent"],
      skipper: ["ghcr.io/zalando/skipper:v0.23.0", "IfNotPresent"],
    });
  });

  test("that machines bring with their own have no version, and are never pulled", async () => {
    expect(await imagesWith({ versions: "bundled" })).toEqual({
      "conntrack-limits": ["machine.slipway.dev/kube-proxy:bundled", "Never"],
      "kube-proxy": ["machine.slipway.dev/kube-proxy:bundled", "Never"],
      "kube-router": ["machine.slipway.dev/kube-router:bundled", "Never"],
      coredns: ["machine.slipway.dev/coredns:bundled", "Never"],
      "local-path-provisioner": ["machine.slipway.dev/local-path-provisioner:bundled", "Never"],
      "metrics-server": ["machine.slipway.dev/metrics-server:bundled", "Never"],
      skipper: ["machine.slipway.dev/skipper:bundled", "Never"],
    });
  });

  test("are no others for the pods that make volumes' folders", async () => {
    const resources = await registeredBy(
      (options) => new Platform("platform", { ...args, versions: "bundled" }, options),
    );
    const helpers = resources
      .filter(({ type }) => type === "kubernetes:core/v1:ConfigMap")
      .flatMap(({ inputs }) => (inputs as { data: Record<string, string> }).data["helperPod.yaml"] ?? []);
    expect(helpers).toHaveLength(1);
    expect(parse(helpers[0] ?? "")).toMatchObject({
      spec: {
        containers: [
          { image: "machine.slipway.dev/local-path-provisioner:bundled", imagePullPolicy: "Never" },
        ],
      },
    });
  });
});

test("leaves storage to others when it is told so", async () => {
  const resources = await registeredBy(
    (options) => new Platform("platform", { ...args, storage: false }, options),
  );
  expect(countByType(resources)).not.toHaveProperty(["slipway:platform:Storage"]);
  expect(countByType(resources)).not.toHaveProperty(["kubernetes:storage.k8s.io/v1:StorageClass"]);
});

test("names every resource from its own name", async () => {
  for (const { name } of await create()) {
    expect(name).toMatch(/^platform(-|$)/);
  }
});

test("gives every part what is its own", async () => {
  const resources = await create();
  const config = inputsOf(resources, "kubernetes:core/v1:ConfigMap", "platform-kube-proxy").data;
  expect(config["config.conf"]).toContain("clusterCIDR: 10.244.0.0/16");
  expect(config["kubeconfig.conf"]).toContain("server: https://172.30.0.2:6443");
  expect(inputsOf(resources, "kubernetes:core/v1:Service", "platform-dns").spec.clusterIP).toBe("10.96.0.10");
});

// There is one of each in a cluster: a second Platform must fail, not make a second pod network.
test("gives every Kubernetes object its name, and every namespaced one its namespace", async () => {
  const clusterWide = /Namespace|ClusterRole|StorageClass|APIService|IngressClass|ValidatingAdmission/;
  const objects = (await create()).filter(({ type }) => type.startsWith("kubernetes:"));
  expect(objects).toHaveLength(59);
  for (const { type, inputs } of objects) {
    const { name, namespace } = inputs.metadata as { name?: string; namespace?: string };
    expect(name).toBeTruthy();
    expect(namespace).toEqual(
      clusterWide.test(type)
        ? undefined
        : expect.stringMatching(/^(kube-system|local-path-storage|ingress)$/),
    );
  }
});

test("creates what needs the pod network after it, so that waiting for pods never keeps it from coming", async () => {
  const dependencies: Record<string, unknown> = {};
  await create(({ type, opts }) => {
    if (type.startsWith("slipway:")) {
      dependencies[type] = opts.dependsOn;
    }
    return undefined;
  });
  const afterNetwork = [expect.any(PodNetwork)];
  expect(dependencies).toEqual({
    "slipway:platform:Platform": undefined,
    "slipway:platform:TenantPolicies": undefined,
    "slipway:platform:KubeProxy": undefined,
    "slipway:platform:PodNetwork": undefined,
    "slipway:platform:ClusterDns": afterNetwork,
    "slipway:platform:Storage": afterNetwork,
    "slipway:platform:Metrics": afterNetwork,
    "slipway:platform:Ingress": afterNetwork,
  });
});
