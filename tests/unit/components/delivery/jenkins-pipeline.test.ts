import fc from "fast-check";
import { parse } from "yaml";

import { JenkinsPipeline, type JenkinsPipelineArgs } from "../../../../components/delivery";
import { jenkinsConfiguration } from "../../../../components/delivery/jenkins-configuration";
import { containerOf, countByType, inputsOf, recordResources, registeredBy } from "../../../support/recorder";

const outputs = { "pulumi-nodejs:dynamic/pki:Password": { password: "x".repeat(32) } };

beforeEach(() => {
  recordResources({ outputs });
});

const args: JenkinsPipelineArgs = {
  image: "registry/jenkins@sha256:1",
  agentImage: "registry/agent@sha256:2",
  inboundAgentImage: "registry/inbound-agent@sha256:3",
  repository: "https://git.example/shop.git",
  namespaces: { shop: "shop" },
  credentials: { username: "builder", password: "hunter2" },
  variables: { CHART_REGISTRY: "10.88.0.3:5000" },
};

const create = (more: Partial<JenkinsPipelineArgs> = {}) =>
  registeredBy((options) => new JenkinsPipeline("jenkins", { ...args, ...more }, options));

const role = "kubernetes:rbac.authorization.k8s.io/v1:Role";
const statefulSet = "kubernetes:apps/v1:StatefulSet";
const networkPolicy = "kubernetes:networking.k8s.io/v1:NetworkPolicy";

test("is a controller on a claim, and agents in a namespace of their own", async () => {
  const resources = await create({ storage: { class: "keep" } });
  expect(countByType(resources)).toEqual({
    "slipway:delivery:JenkinsPipeline": 1,
    "pulumi-nodejs:dynamic/pki:Password": 1,
    "kubernetes:core/v1:Namespace": 2,
    "kubernetes:core/v1:ServiceAccount": 2,
    "kubernetes:core/v1:Secret": 1,
    "kubernetes:core/v1:ConfigMap": 1,
    "kubernetes:core/v1:Service": 1,
    [role]: 2,
    "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding": 2,
    [networkPolicy]: 2,
    [statefulSet]: 1,
  });
  for (const name of ["jenkins", "jenkins-agents"]) {
    expect(inputsOf(resources, "kubernetes:core/v1:Namespace", name).metadata.labels).toMatchObject({
      "pod-security.kubernetes.io/enforce": "restricted",
    });
  }
  const { spec } = inputsOf(resources, statefulSet);
  expect(spec).toMatchObject({
    replicas: 1,
    volumeClaimTemplates: [
      { spec: { storageClassName: "keep", resources: { requests: { storage: "8Gi" } } } },
    ],
  });
  expect(containerOf(inputsOf(resources, statefulSet))).toMatchObject({
    image: args.image,
    securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
  });
});

test("lets the controller start pods where the agents are, and the agents deploy where they may: nothing else", async () => {
  const resources = await create();
  expect(inputsOf(resources, role, "jenkins")).toMatchObject({
    metadata: { namespace: "jenkins-agents" },
    rules: [
      { resources: ["pods"], verbs: ["get", "list", "watch", "create", "delete"] },
      { resources: ["pods/exec"], verbs: ["get", "create"] },
      { resources: ["pods/log"], verbs: ["get"] },
      { resources: ["events"], verbs: ["get", "list", "watch"] },
    ],
  });
  expect(inputsOf(resources, role, "jenkins-agent-shop").metadata).toMatchObject({ namespace: "shop" });
  expect(
    inputsOf(resources, "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding", "jenkins-agent-shop"),
  ).toMatchObject({ subjects: [{ kind: "ServiceAccount", name: "agent", namespace: "jenkins-agents" }] });
});

test("lets nobody in but the agents, and agents nowhere but where they have to", async () => {
  const resources = await create();
  expect(inputsOf(resources, networkPolicy, "jenkins").spec.ingress).toEqual([
    {
      from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "jenkins-agents" } } }],
      ports: [{ port: 8080, protocol: "TCP" }],
    },
  ]);
  expect(inputsOf(resources, networkPolicy, "jenkins-agents").spec).not.toHaveProperty("ingress");
});

interface Configuration {
  readonly jenkins: {
    readonly numExecutors: number;
    readonly securityRealm: { local: { allowsSignup: boolean; users: { id: string; password: string }[] } };
    readonly authorizationStrategy: unknown;
    readonly clouds: { kubernetes: { templates: { yaml: string; serviceAccount: string }[] } }[];
    readonly globalNodeProperties: unknown;
  };
  readonly credentials?: unknown;
  readonly jobs: { script: string }[];
}

test("has its settings as code: no password, no sign-up, no build beside the controller", async () => {
  const { data } = inputsOf(await create(), "kubernetes:core/v1:ConfigMap");
  const text = data["jenkins.yaml"] ?? "";
  expect(text).not.toContain("hunter2");
  const { jenkins, credentials, jobs } = parse(text) as Configuration;
  expect(jenkins).toMatchObject({
    numExecutors: 0,
    securityRealm: {
      local: { allowsSignup: false, users: [{ id: "admin", password: "${ADMIN_PASSWORD}" }] },
    },
    authorizationStrategy: { loggedInUsersCanDoAnything: { allowAnonymousRead: false } },
    globalNodeProperties: [{ envVars: { env: [{ key: "CHART_REGISTRY", value: "10.88.0.3:5000" }] } }],
  });
  expect(JSON.stringify(credentials)).toContain("${GIT_PASSWORD}");
  expect(jobs[0]?.script).toContain("url('https://git.example/shop.git')");
  expect(jobs[0]?.script).toContain("scriptPath('Jenkinsfile')");
  const [template] = jenkins.clouds[0]?.kubernetes.templates ?? [];
  expect(template?.serviceAccount).toBe("agent");
  expect(parse(template?.yaml ?? "")).toMatchObject({
    spec: {
      serviceAccountName: "agent",
      securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
      containers: [
        { name: "jnlp", image: args.inboundAgentImage },
        { name: "tools", image: args.agentImage },
      ],
    },
  });
});

test("takes every text for itself: no quote ends a string of the job's, and no ${} becomes a secret", () => {
  const facts = {
    url: "http://jenkins.jenkins",
    agents: { namespace: "jenkins-agents", account: "agent" },
    agentImage: "a",
    inboundAgentImage: "b",
    repository: "https://git/x.git",
    branch: "main",
    hasCredentials: false,
    variables: {},
  };
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("'", "\\", "$", "{", "}", "a") }), (jenkinsfile) => {
      const { jobs } = parse(jenkinsConfiguration({ ...facts, jenkinsfile })) as Configuration;
      // As configuration as code reads it: `^${` is `${`, and a `${` that is left would be a secret's name.
      const script = jobs[0]?.script ?? "";
      // (A mark takes its place, as without one its neighbours could become a `${` that is not there.)
      expect(script.replaceAll("^${", "<escaped>")).not.toContain("${");
      const literal = /scriptPath\('((?:[^'\\]|\\.)*)'\)/.exec(script.replaceAll("^${", "${"))?.[1];
      expect(literal?.replace(/\\(.)/g, "$1")).toBe(jenkinsfile);
    }),
    { examples: [["$${{"]] },
  );
});

test("names all that is wrong at once", () => {
  const wrong: JenkinsPipelineArgs = {
    image: "x",
    agentImage: "y",
    inboundAgentImage: "z",
    repository: "git@host:shop.git",
    namespaces: { "kube-system": "kube-system" },
    jenkinsfile: "/Jenkinsfile",
    branch: "..",
    variables: { "A-B": "x" },
    buildPorts: [443, 70000],
    storage: { size: "0Gi" },
    nodePort: 8080,
    replicas: 2 as 1,
  };
  expect(() => new JenkinsPipeline("Jenkins", wrong, {})).toThrow(
    [
      'JenkinsPipeline "Jenkins" cannot work:',
      '  - name is "Jenkins": give 1 to 56 of a-z, 0-9 and "-", with a letter first and no "-" last',
      `  - a name in namespaces is "kube-system": it is the cluster's own: give namespaces of workloads`,
      '  - repository is "git@host:shop.git": give one that begins with http:// or https://',
      `  - branch is "..": give a branch's name`,
      '  - jenkinsfile is "/Jenkinsfile": give a file inside the repository, such as ci/Jenkinsfile',
      '  - a name in variables is "A-B": give a name of A-Z, a-z, 0-9 and "_" that no digit begins',
      "  - buildPorts[1] is 70000: give a whole number from 1 to 65535",
      '  - storage.size is "0Gi": give a size such as 10Gi',
      "  - nodePort is 8080: give a whole number from 30000 to 32767",
      "  - replicas is 2: give a whole number from 0 to 1",
    ].join("\n"),
  );
});
