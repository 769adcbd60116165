import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { Problems } from "../checks";
import { Password } from "../pki";
import { anyPod, anywhere, egressToApi, egressToDns, tcp } from "../workloads/network-peers";
import { checkBranch, checkNodePort, checkStorage, checkTargets, checkUrl } from "./checks";
import { deployRules, grant } from "./deploy-rights";
import { jenkinsConfiguration, jenkinsUser, secretNames } from "./jenkins-configuration";
import { type ChartRegistry, createRegistryLogin } from "./registry-login";
import { restrictedContainer, restrictedPod } from "./restricted-pod";
import { settingsHash } from "./settings-hash";

/** Which Jenkins, what it builds, and where it may deploy. */
export interface JenkinsPipelineArgs {
  /**
   * Image of Jenkins with the plugins `configuration-as-code`, `kubernetes`, `workflow-aggregator`, `git` and `job-dsl`,
   * such as one made from `jenkins/jenkins` with `jenkins-plugin-cli`.
   */
  readonly image: pulumi.Input<string>;
  /** Image with the tools that the Jenkinsfile calls: `sh`, `git`, `helm`, `kubectl`. It runs as user 1000. */
  readonly agentImage: pulumi.Input<string>;
  /** Image of the program that connects an agent to the controller, such as `jenkins/inbound-agent` in a fixed version. */
  readonly inboundAgentImage: pulumi.Input<string>;
  /** URL of the Git repository, `http://` or `https://`, as pods reach it. */
  readonly repository: pulumi.Input<string>;
  /** Default `main`. */
  readonly branch?: string;
  /** Path of the pipeline in the repository. Default `Jenkinsfile`. */
  readonly jenkinsfile?: string;
  /** A user of the Git server that may read the repository, and a password or token. Default: it asks for none. */
  readonly credentials?: {
    /** Name of the user. */
    readonly username: pulumi.Input<string>;
    /** Kept as a secret. */
    readonly password: pulumi.Input<string>;
  };
  /** The registry that builds push charts to, where it asks for a password. Default: builds have none. */
  readonly chartRegistry?: ChartRegistry;
  /** The namespaces that its builds may deploy into, each by its name. At least one; none of the cluster's own. */
  readonly namespaces: Readonly<Record<string, pulumi.Input<string>>>;
  /** Environment variables of every build, by name, such as the registry for charts. Never a secret. Default none. */
  readonly variables?: Readonly<Record<string, pulumi.Input<string>>>;
  /** TCP ports that builds may reach outside the cluster and in it. Default 80, 443, 3000 and 5000. */
  readonly buildPorts?: readonly number[];
  /** The claim that holds Jenkins' home. Default: 8Gi of the cluster's storage class. */
  readonly storage?: {
    /** Storage class. Default: the cluster's. */
    readonly class?: pulumi.Input<string>;
    /** Such as `8Gi`, which is the default. */
    readonly size?: string;
  };
  /** Port of every node on which it answers from outside, 30000 to 32767. Default: inside the cluster only. */
  readonly nodePort?: number;
  /** 1, or 0 for everything but the controller's pod, where its image cannot be had. Default 1. */
  readonly replicas?: 0 | 1;
}

const port = 8080;

/** Name of the agents' account, in their namespace. */
const agentAccount = "agent";

/**
 * Jenkins, with one job that runs a repository's Jenkinsfile in pods: a controller that holds its settings as code and no
 * password that anybody thought of, and agents in a namespace of their own, by an account that may do in the namespaces
 * that are named what deploying takes, and nowhere anything. The controller may start pods there, and do nothing else.
 *
 * @example
 * new JenkinsPipeline("jenkins", {
 *   image, agentImage, inboundAgentImage, repository: "https://git.example/shop.git", namespaces: { shop: shop.namespaceName },
 * }, { provider });
 */
export class JenkinsPipeline extends pulumi.ComponentResource {
  /** Where the cluster reaches it: `http://<name>.<name>`. */
  readonly url: pulumi.Output<string>;
  /** Password of the user `admin`. Secret. */
  readonly adminPassword: pulumi.Output<string>;
  /** Namespace of the agents' pods: `<name>-agents`. */
  readonly agentNamespace: pulumi.Output<string>;

  private readonly labels: Record<string, string>;

  constructor(
    private readonly name: string,
    args: JenkinsPipelineArgs,
    options: pulumi.ComponentResourceOptions,
  ) {
    super("slipway:delivery:JenkinsPipeline", name, {}, options);
    checkJenkinsPipeline(name, args);
    this.labels = { "app.kubernetes.io/name": name };
    this.adminPassword = new Password(`${name}-admin`, { parent: this }).password;
    this.url = pulumi.output(`http://${name}.${name}`);

    const namespace = this.createNamespace(name);
    this.agentNamespace = this.createNamespace(`${name}-agents`);
    this.createAgents(args);
    const registrySecret =
      args.chartRegistry &&
      createRegistryLogin(`${name}-registry`, this.agentNamespace, args.chartRegistry, { parent: this });
    this.createPolicies(namespace, args);
    const account = this.createAccount(namespace);
    const secrets = this.secrets(args);
    const secret = this.createSecret(namespace, secrets);
    const settings = this.settings(args, registrySecret);
    const configuration = this.createConfiguration(namespace, settings);
    this.createService(namespace, args.nodePort);
    const hash = settingsHash([settings, secrets]);
    this.createController({ namespace, account, secret, configuration, hash }, args);
    this.registerOutputs({ url: this.url });
  }

  private createNamespace(name: string): pulumi.Output<string> {
    const namespace = new k8s.core.v1.Namespace(
      name,
      { metadata: { name, labels: { ...managed, "pod-security.kubernetes.io/enforce": "restricted" } } },
      { parent: this },
    );
    return namespace.metadata.name;
  }

  /** Who builds run as, and where that one may deploy. */
  private createAgents({ namespaces }: JenkinsPipelineArgs): void {
    const account = new k8s.core.v1.ServiceAccount(
      `${this.name}-agent`,
      { metadata: { name: agentAccount, namespace: this.agentNamespace, labels: managed } },
      { parent: this },
    );
    for (const [target, namespace] of Object.entries(namespaces)) {
      grant(
        `${this.name}-agent-${target}`,
        {
          account: { name: account.metadata.name, namespace: this.agentNamespace },
          namespace,
          roleName: `${this.name}-agent`,
          rules: deployRules,
        },
        { parent: this },
      );
    }
  }

  private createPolicies(
    namespace: pulumi.Output<string>,
    { nodePort, buildPorts = [80, 443, 3000, 5000] }: JenkinsPipelineArgs,
  ): void {
    const agents = {
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": `${this.name}-agents` } },
    };
    const controller = {
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": this.name } },
      podSelector: { matchLabels: this.labels },
    };
    const outside = { to: [anyPod, anywhere], ports: tcp(...buildPorts) };
    this.createPolicy(this.name, namespace, {
      ingress: [{ from: nodePort === undefined ? [agents] : [agents, anywhere], ports: tcp(port) }],
      egress: [egressToDns, egressToApi, outside],
    });
    this.createPolicy(`${this.name}-agents`, this.agentNamespace, {
      egress: [egressToDns, egressToApi, { to: [controller], ports: tcp(port) }, outside],
    });
  }

  /** For all pods of a namespace: what is not said is refused. */
  private createPolicy(
    name: string,
    namespace: pulumi.Input<string>,
    allowed: Pick<k8s.types.input.networking.v1.NetworkPolicySpec, "ingress" | "egress">,
  ): void {
    new k8s.networking.v1.NetworkPolicy(
      name,
      {
        metadata: { name: this.name, namespace, labels: managed },
        spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"], ...allowed },
      },
      { parent: this },
    );
  }

  /** The controller's account, and its right to start agents. */
  private createAccount(namespace: pulumi.Input<string>): pulumi.Output<string> {
    const account = new k8s.core.v1.ServiceAccount(
      this.name,
      { metadata: { name: this.name, namespace, labels: managed } },
      { parent: this },
    );
    grant(
      this.name,
      {
        account: { name: account.metadata.name, namespace },
        namespace: this.agentNamespace,
        roleName: this.name,
        rules: agentRules,
      },
      { parent: this },
    );
    return account.metadata.name;
  }

  /** What the configuration names, by the names of files. */
  private secrets({ credentials }: JenkinsPipelineArgs): Record<string, pulumi.Input<string>> {
    const git = credentials && {
      [secretNames.gitUser]: credentials.username,
      [secretNames.gitPassword]: pulumi.secret(credentials.password),
    };
    return { [secretNames.password]: this.adminPassword, ...git };
  }

  private createSecret(
    namespace: pulumi.Input<string>,
    stringData: Record<string, pulumi.Input<string>>,
  ): pulumi.Output<string> {
    const secret = new k8s.core.v1.Secret(
      this.name,
      { metadata: { name: this.name, namespace, labels: managed }, stringData },
      { parent: this, additionalSecretOutputs: ["data", "stringData"] },
    );
    return secret.metadata.name;
  }

  private settings(
    args: JenkinsPipelineArgs,
    registrySecret: pulumi.Output<string> | undefined,
  ): pulumi.Output<string> {
    return pulumi
      .all([
        this.agentNamespace,
        this.url,
        args.agentImage,
        args.inboundAgentImage,
        args.repository,
        pulumi.output(args.variables ?? {}),
        pulumi.output(registrySecret),
      ])
      .apply(([agentNamespace, url, agentImage, inbound, repository, variables, secret]) =>
        jenkinsConfiguration({
          url,
          agents: { namespace: agentNamespace, account: agentAccount },
          agentImage,
          inboundAgentImage: inbound,
          registrySecret: secret,
          repository,
          branch: args.branch ?? "main",
          jenkinsfile: args.jenkinsfile ?? "Jenkinsfile",
          hasCredentials: args.credentials !== undefined,
          variables,
        }),
      );
  }

  private createConfiguration(
    namespace: pulumi.Input<string>,
    settings: pulumi.Input<string>,
  ): pulumi.Output<string> {
    const configuration = new k8s.core.v1.ConfigMap(
      this.name,
      { metadata: { name: this.name, namespace, labels: managed }, data: { "jenkins.yaml": settings } },
      { parent: this },
    );
    return configuration.metadata.name;
  }

  private createService(namespace: pulumi.Input<string>, nodePort: number | undefined): void {
    new k8s.core.v1.Service(
      this.name,
      {
        metadata: {
          name: this.name,
          namespace,
          labels: managed,
          // Its StatefulSet is waited for, and that is the same wait.
          annotations: { "pulumi.com/skipAwait": "true" },
        },
        spec: {
          type: nodePort === undefined ? "ClusterIP" : "NodePort",
          selector: this.labels,
          ports: [{ name: "http", port: 80, protocol: "TCP", targetPort: port, nodePort }],
        },
      },
      { parent: this },
    );
  }

  private createController(
    { namespace, account, secret, configuration, hash }: ControllerParts,
    { image, storage = {}, replicas = 1 }: JenkinsPipelineArgs,
  ): void {
    new k8s.apps.v1.StatefulSet(
      this.name,
      {
        metadata: { name: this.name, namespace, labels: managed },
        spec: {
          serviceName: this.name,
          replicas,
          selector: { matchLabels: this.labels },
          template: {
            metadata: { labels: this.labels, annotations: hash },
            spec: {
              serviceAccountName: account,
              enableServiceLinks: false,
              terminationGracePeriodSeconds: 60,
              securityContext: restrictedPod(jenkinsUser),
              containers: [controllerContainer(image)],
              volumes: [
                { name: "configuration", configMap: { name: configuration } },
                { name: "secrets", secret: { secretName: secret, defaultMode: 0o440 } },
                { name: "cache", emptyDir: {} },
                { name: "tmp", emptyDir: {} },
              ],
            },
          },
          volumeClaimTemplates: [
            {
              metadata: { name: "home", labels: this.labels },
              spec: {
                accessModes: ["ReadWriteOnce"],
                storageClassName: storage.class,
                resources: { requests: { storage: storage.size ?? "8Gi" } },
              },
            },
          ],
        },
      },
      { parent: this },
    );
  }
}

interface ControllerParts {
  readonly namespace: pulumi.Input<string>;
  readonly account: pulumi.Input<string>;
  /** Names. */
  readonly secret: pulumi.Input<string>;
  readonly configuration: pulumi.Input<string>;
  readonly hash: ReturnType<typeof settingsHash>;
}

const managed = { "app.kubernetes.io/managed-by": "pulumi" };

/** What Jenkins' Kubernetes plugin does to agents' pods: https://github.com/jenkinsci/kubernetes-plugin */
const agentRules: k8s.types.input.rbac.v1.PolicyRule[] = [
  { apiGroups: [""], resources: ["pods"], verbs: ["get", "list", "watch", "create", "delete"] },
  { apiGroups: [""], resources: ["pods/exec"], verbs: ["get", "create"] },
  { apiGroups: [""], resources: ["pods/log"], verbs: ["get"] },
  { apiGroups: [""], resources: ["events"], verbs: ["get", "list", "watch"] },
];

function controllerContainer(image: pulumi.Input<string>): k8s.types.input.core.v1.Container {
  const login = { path: "/login", port: "http" };
  return {
    name: "jenkins",
    image,
    imagePullPolicy: "IfNotPresent",
    ports: [{ name: "http", containerPort: port, protocol: "TCP" }],
    env: [
      { name: "CASC_JENKINS_CONFIG", value: "/etc/jenkins/jenkins.yaml" },
      // Where configuration as code looks for files with secrets' names.
      { name: "SECRETS", value: "/run/secrets/jenkins" },
      {
        name: "JAVA_OPTS",
        // Who sets it up is the configuration.
        value: "-Djenkins.install.runSetupWizard=false -XX:MaxRAMPercentage=60",
      },
      // What it unpacks of itself goes where it may write.
      { name: "JENKINS_OPTS", value: "--webroot=/var/cache/jenkins/war" },
    ],
    resources: { requests: { cpu: "250m", memory: "768Mi" }, limits: { cpu: "2", memory: "2Gi" } },
    securityContext: restrictedContainer,
    startupProbe: { httpGet: login, periodSeconds: 5, failureThreshold: 60 },
    readinessProbe: { httpGet: login, periodSeconds: 5, timeoutSeconds: 5 },
    livenessProbe: { httpGet: login, periodSeconds: 20, timeoutSeconds: 5, failureThreshold: 6 },
    volumeMounts: [
      { name: "home", mountPath: "/var/jenkins_home" },
      { name: "configuration", mountPath: "/etc/jenkins", readOnly: true },
      { name: "secrets", mountPath: "/run/secrets/jenkins", readOnly: true },
      { name: "cache", mountPath: "/var/cache/jenkins" },
      { name: "tmp", mountPath: "/tmp" },
    ],
  };
}

function checkJenkinsPipeline(name: string, args: JenkinsPipelineArgs): void {
  const { repository, branch = "main", jenkinsfile = "Jenkinsfile", nodePort, replicas = 1 } = args;
  const problems = new Problems();
  // With "-agents" it is a namespace's name, too.
  problems.expectServiceName("name", name, 63 - "-agents".length);
  checkTargets(problems, "namespaces", Object.keys(args.namespaces));
  checkUrl(problems, "repository", repository);
  checkBranch(problems, branch);
  problems.expectInside("jenkinsfile", jenkinsfile, "a file inside the repository, such as ci/Jenkinsfile");
  problems.expectVariables("variables", Object.keys(args.variables ?? {}), false);
  for (const [index, port] of (args.buildPorts ?? []).entries()) {
    problems.expectWhole(`buildPorts[${index}]`, port, 1, 65535);
  }
  checkStorage(problems, args.storage);
  checkNodePort(problems, nodePort);
  problems.expectWhole("replicas", replicas, 0, 1);
  problems.throwIfAny("JenkinsPipeline", name);
}
