import { denyAll, deployment, type ExampleResource, type Examples } from "./example";

const digest = `sha256:${"b".repeat(64)}`;
const withImage = (image: string) => deployment({ container: { image } });

export const imageVersions: Examples = {
  rule: "image-versions",
  examples: [
    { title: "a digest", resources: [withImage(`catalog@${digest}`)], says: [] },
    {
      title: "a version at a registry with a port",
      resources: [withImage("127.0.0.1:5000/catalog:1.2.3")],
      says: [],
    },
    {
      title: "a container of Docker's own, by the id of its image",
      resources: [{ type: "docker:index/container:Container", props: { image: digest } }],
      says: [],
    },
    {
      title: "latest",
      resources: [withImage("docker.io/library/nginx:latest")],
      says: [
        'image of container catalog: "docker.io/library/nginx:latest" is another image from day to day; write ' +
          "docker.io/library/nginx@sha256:… or docker.io/library/nginx:1.2.3",
      ],
    },
    {
      title: "no tag behind a registry's port",
      resources: [withImage("127.0.0.1:5000/catalog")],
      says: [
        'image of container catalog: "127.0.0.1:5000/catalog" has no version, and so means latest; write ' +
          "127.0.0.1:5000/catalog@sha256:… or 127.0.0.1:5000/catalog:1.2.3",
      ],
    },
    {
      title: "an init container of a CronJob",
      resources: [
        {
          type: "kubernetes:batch/v1:CronJob",
          props: {
            metadata: { namespace: "cron" },
            spec: {
              jobTemplate: {
                spec: { template: { spec: { initContainers: [{ name: "wait", image: "busybox:edge" }] } } },
              },
            },
          },
        },
      ],
      says: [
        'image of init container wait: "busybox:edge" is another image from day to day; write busybox@sha256:… or busybox:1.2.3',
      ],
    },
  ],
};

const platformPod = (type: string, pod: object): ExampleResource => ({
  ...deployment({ container: { resources: { requests: { cpu: "50m", memory: "48Mi" } } }, pod: { ...pod } }),
  parent: type,
});

export const containerResources: Examples = {
  rule: "container-resources",
  examples: [
    { title: "requests, and a limit of memory", resources: [deployment({})], says: [] },
    {
      title: "the platform's own network without a limit",
      resources: [platformPod("slipway:platform:KubeProxy", { priorityClassName: "system-node-critical" })],
      says: [],
    },
    {
      title: "nothing at all",
      resources: [deployment({ container: { resources: {} } })],
      says: [
        "container catalog sets no requests.cpu, requests.memory, limits.memory; write resources.requests.cpu: 100m, " +
          "resources.requests.memory: 128Mi, resources.limits.memory: 128Mi",
      ],
    },
    {
      title: "no limit of a pod that only calls itself critical",
      resources: [platformPod("slipway:stacks:Shop", { priorityClassName: "system-node-critical" })],
      says: ["container catalog sets no limits.memory; write resources.limits.memory: 128Mi"],
    },
  ],
};

const privileged = { securityContext: { privileged: true } };

export const privilegedPods: Examples = {
  rule: "privileged-pods",
  examples: [
    {
      title: "a pod that drops all and binds a low port",
      resources: [
        deployment({
          container: { securityContext: { capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] } } },
        }),
      ],
      says: [],
    },
    {
      title: "a privileged pod of the platform",
      resources: [
        {
          ...deployment({ container: privileged, pod: { hostNetwork: true } }),
          parent: "slipway:platform:PodNetwork",
        },
      ],
      says: [],
    },
    {
      title: "a privileged container",
      resources: [deployment({ container: privileged })],
      says: ["container catalog is privileged; leave securityContext.privileged out"],
    },
    {
      title: "a pod that takes the node's network, a folder and a port of it, and a capability",
      resources: [
        deployment({
          container: {
            securityContext: { capabilities: { add: ["SYS_ADMIN"] } },
            ports: [{ containerPort: 80, hostPort: 80 }],
          },
          pod: { hostNetwork: true, volumes: [{ name: "socket", hostPath: { path: "/run" } }] },
        }),
      ],
      says: [
        "hostNetwork gives it the node's own; leave it out",
        "mounts /run of its node; use a claim, emptyDir, configMap or secret instead",
        "container catalog adds the capability SYS_ADMIN; drop ALL, and add none but NET_BIND_SERVICE",
        "container catalog takes a port of its node; reach it through a Service, and leave hostPort out",
      ],
    },
    {
      title: "a namespace that lets privileged pods in",
      resources: [
        {
          type: "kubernetes:core/v1:Namespace",
          props: { metadata: { labels: { "pod-security.kubernetes.io/enforce": "privileged" } } },
        },
      ],
      says: [
        'lets privileged pods in; label it pod-security.kubernetes.io/enforce: "restricted" or "baseline"',
      ],
    },
  ],
};

const claim = (spec: Readonly<Record<string, string>>): ExampleResource => ({
  type: "kubernetes:core/v1:PersistentVolumeClaim",
  props: { metadata: { name: "data" }, spec },
});

export const storageClasses: Examples = {
  rule: "storage-classes",
  examples: [
    { title: "a class of the platform", resources: [claim({ storageClassName: "keep" })], says: [] },
    { title: "the default class", resources: [claim({})], says: [] },
    {
      title: "a volume that is there already",
      resources: [claim({ storageClassName: "", volumeName: "old" })],
      says: [],
    },
    {
      title: "a class that the stack makes",
      resources: [
        { type: "kubernetes:storage.k8s.io/v1:StorageClass", props: { metadata: { name: "fast" } } },
        claim({ storageClassName: "fast" }),
      ],
      says: [],
    },
    {
      title: "a class that nobody makes",
      resources: [claim({ storageClassName: "gp2" })],
      says: ['storageClassName is "gp2", which no cluster of this stack has; write keep or recycle'],
    },
    {
      title: "the template of a StatefulSet's claims",
      resources: [
        {
          type: "kubernetes:apps/v1:StatefulSet",
          props: {
            metadata: { namespace: "orders" },
            spec: {
              volumeClaimTemplates: [{ metadata: { name: "data" }, spec: { storageClassName: "kepe" } }],
            },
          },
        },
      ],
      says: [
        'claim data: storageClassName is "kepe", which no cluster of this stack has; write keep or recycle',
      ],
    },
  ],
};

const open = (namespace: string, directions: string, types: string) =>
  `no network policy of ${namespace} limits its ${directions}; put it into a WorkloadNamespace, or add a NetworkPolicy ` +
  `that selects its pods, with policyTypes: [${types}]`;

const selecting = (namespace: string, app: string): ExampleResource => ({
  type: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
  props: {
    metadata: { namespace },
    spec: {
      podSelector: { matchExpressions: [{ key: "app", operator: "In", values: [app] }] },
      ingress: [{ from: [] }],
    },
  },
});

export const networkPolicies: Examples = {
  rule: "network-policies",
  examples: [
    {
      title: "a namespace that denies by default",
      resources: [denyAll("denied"), deployment({ namespace: "denied" })],
      says: [],
    },
    {
      title: "a pod of the platform",
      resources: [{ ...deployment({ namespace: "kube-system" }), parent: "slipway:platform:ClusterDns" }],
      says: [],
    },
    {
      title: "no policy",
      resources: [deployment({ namespace: "open" })],
      says: [open("open", "ingress and egress", "Ingress, Egress")],
    },
    {
      title: "a policy of another namespace",
      resources: [denyAll("elsewhere"), deployment({ namespace: "near" })],
      says: [open("near", "ingress and egress", "Ingress, Egress")],
    },
    {
      title: "a policy that limits one direction",
      resources: [selecting("half", "catalog"), deployment({ namespace: "half" })],
      says: [open("half", "egress", "Egress")],
    },
    {
      title: "a policy that selects other pods",
      resources: [selecting("other", "cart"), deployment({ namespace: "other" })],
      says: [open("other", "ingress and egress", "Ingress, Egress")],
    },
  ],
};

const variable = (name: string, value: string) => deployment({ container: { env: [{ name, value }] } });
// Put together here, so that no scanner takes this file for a leak.
const privateKey = [
  "-----BEGIN",
  "PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEH\n-----END PRIVATE KEY-----",
].join(" ");

export const plainSecrets: Examples = {
  rule: "plain-secrets",
  examples: [
    {
      title: "a variable that comes from a Secret",
      resources: [
        deployment({
          container: {
            env: [{ name: "DB_PASSWORD", valueFrom: { secretKeyRef: { name: "db", key: "password" } } }],
          },
        }),
      ],
      says: [],
    },
    { title: "the name of a Secret", resources: [variable("TOKEN_FILE", "/run/token")], says: [] },
    {
      title: "a key in a Secret",
      resources: [{ type: "kubernetes:core/v1:Secret", props: { stringData: { "tls.key": privateKey } } }],
      says: [],
    },
    {
      title: "a password in a variable",
      resources: [variable("DB_PASSWORD", "hunter2")],
      says: [
        "container catalog has the value of DB_PASSWORD in plain text; write valueFrom.secretKeyRef, and a Secret with it",
      ],
    },
    {
      title: "an address with a password",
      resources: [variable("DATABASE_URL", "postgres://shop:hunter2@orders-db:5432/orders")],
      says: [
        "spec.template.spec.containers[0].env[0].value holds an address with a password in plain text; keep it in a " +
          "Secret, and refer to it",
      ],
    },
    {
      title: "a key in a ConfigMap",
      resources: [{ type: "kubernetes:core/v1:ConfigMap", props: { data: { "tls.key": privateKey } } }],
      says: ["data.tls.key holds a private key in plain text; keep it in a Secret, and refer to it"],
    },
    {
      title: "a key in user data, in base64",
      resources: [
        {
          type: "aws:ec2/launchConfiguration:LaunchConfiguration",
          props: {
            userDataBase64: Buffer.from(`#cloud-config\n# ${privateKey}`).toString("base64"),
            rootBlockDevice: { encrypted: true },
          },
        },
      ],
      says: ["userDataBase64 holds a private key in plain text; keep it in a Secret, and refer to it"],
    },
  ],
};
