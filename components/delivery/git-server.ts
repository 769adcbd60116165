import { readFileSync } from "node:fs";
import { join } from "node:path";

import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { Problems } from "../checks";
import { Password } from "../pki";
import { anyPod, anywhere, egressToDns, tcp } from "../workloads/network-peers";
import { checkNodePort, checkStorage } from "./checks";
import { restrictedContainer, restrictedPod } from "./restricted-pod";
import { gitServerSettings } from "./git-server-settings";
import { settingsHash } from "./settings-hash";

/** Which Gitea, and where it keeps what it is given. */
export interface GitServerArgs {
  /** Image of Gitea with `gitea`, `git`, `curl`, `awk` and `sh` on its PATH. */
  readonly image: pulumi.Input<string>;
  /** Number of the user that the image runs as, which must have a name in it, as Git asks. Default 1000. */
  readonly user?: number;
  /** The claim that holds repositories and database. */
  readonly storage?: {
    /** Storage class. Default: the cluster's. */
    readonly class?: pulumi.Input<string>;
    /** Such as `1Gi`, which is the default. */
    readonly size?: string;
  };
  /** Name of the one user that there is at first, an administrator. Default `slipway`. */
  readonly administrator?: string;
  /**
   * Repositories of the administrator's that are there from the beginning, empty and private, each with a user of its own that
   * may read it and nothing else: see {@link GitServer.reader}. One that is left out later stays, and so does its reader, until the
   * administrator removes them. Default: none.
   */
  readonly repositories?: readonly string[];
  /** Port of every node on which it answers from outside, 30000 to 32767. Default: inside the cluster only. */
  readonly nodePort?: number;
}

const port = 3000;
const configFile = "/etc/gitea/app.ini";
const dataFolder = "/var/lib/gitea";
const accountsFolder = "/etc/gitea-accounts";
const accountsFile = "git-accounts.sh";
/** Makes the users that the Secret has; from then on its passwords are the ones that count. */
const accountsScript = readFileSync(join(__dirname, "files", accountsFile), "utf8");

/**
 * A Git server in the cluster, by Gitea: HTTP, an API, and no registration. It has an administrator whose password nobody
 * thought of, and a reader for each of `repositories`. Other repositories are made by the first push to them, private.
 *
 * @example
 * const git = new GitServer("git", { image: giteaImage, repositories: ["apps"], nodePort: 30030 }, { provider });
 * new GitOpsSource("apps", { namespace, url: git.repositoryUrl("apps"), credentials: git.reader("apps") }, { provider });
 */
export class GitServer extends pulumi.ComponentResource {
  /** Where the cluster reaches it: `http://<name>.<name>`. */
  readonly url: pulumi.Output<string>;
  /** The administrator, who may do anything with every repository. */
  readonly credentials: GitUser;

  private readonly labels: Record<string, string>;
  private readonly readers: ReadonlyMap<string, GitUser>;

  constructor(name: string, args: GitServerArgs, options: pulumi.ComponentResourceOptions) {
    super("slipway:delivery:GitServer", name, {}, options);
    checkGitServer(name, args);
    const { administrator = "slipway", repositories = [] } = args;
    this.labels = { "app.kubernetes.io/name": name };
    this.credentials = {
      username: administrator,
      password: new Password(`${name}-administrator`, { parent: this }).password,
    };

    const passwords = new Map(
      repositories.map((repository) => [
        repository,
        new Password(`${name}-reader-${repository}`, { parent: this }).password,
      ]),
    );

    const namespace = this.createNamespace(name);
    const file = this.settingsFile(name);
    const secretName = this.createSecret(name, namespace, file, passwords);
    this.createPolicy(name, namespace, args.nodePort);
    const service = this.createService(name, namespace, args.nodePort);
    const hash = settingsHash([file, this.credentials.password, [...passwords.values()], accountsScript]);
    const server = this.createServer(name, { namespace, secretName, hash }, args);
    this.readers = new Map(
      [...passwords].map(([repository, password]) => [
        repository,
        { username: `${repository}-reader`, password: whenThere(server, password) },
      ]),
    );
    this.url = pulumi.interpolate`http://${service.metadata.name}.${namespace}`;
    this.registerOutputs({ url: this.url });
  }

  /** Where the cluster reaches a repository of the administrator's. */
  repositoryUrl(repository: string): pulumi.Output<string> {
    return pulumi.interpolate`${this.url}/${this.credentials.username}/${repository}.git`;
  }

  /**
   * Who may read one of `repositories` and nothing else, known when the server has the user.
   * @throws Error when the repository is none of them
   */
  reader(repository: string): GitUser {
    const reader = this.readers.get(repository);
    if (reader === undefined) {
      throw new Error(
        `GitServer has no reader of "${repository}"; its repositories are ${[...this.readers.keys()].join(", ") || "none"}`,
      );
    }
    return reader;
  }

  private createNamespace(name: string): pulumi.Output<string> {
    const namespace = new k8s.core.v1.Namespace(
      name,
      { metadata: { name, labels: { ...managed, "pod-security.kubernetes.io/enforce": "restricted" } } },
      { parent: this },
    );
    return namespace.metadata.name;
  }

  /** Gitea's settings, with secrets in them. */
  private settingsFile(name: string): pulumi.Output<string> {
    const secret = (kind: string): pulumi.Output<string> =>
      new Password(`${name}-${kind}`, { parent: this }).password;
    const [secretKey, internalToken, signingKey] = [
      secret("secret-key"),
      secret("internal-token"),
      secret("signing-key"),
    ];
    return pulumi.all([secretKey, internalToken, signingKey]).apply(([key, token, signing]) =>
      gitServerSettings({
        name,
        port,
        dataFolder,
        secretKey: key,
        internalToken: token,
        signingKey: signing,
      }),
    );
  }

  private createSecret(
    name: string,
    namespace: pulumi.Input<string>,
    file: pulumi.Output<string>,
    readers: ReadonlyMap<string, pulumi.Output<string>>,
  ): pulumi.Output<string> {
    const passwords = Object.fromEntries(
      [...readers].map(([repository, password]) => [`reader.${repository}`, password]),
    );
    const secret = new k8s.core.v1.Secret(
      name,
      {
        metadata: { name, namespace, labels: { ...this.labels, ...managed } },
        stringData: {
          ...{ "app.ini": pulumi.secret(file), [accountsFile]: accountsScript },
          ...{ ...this.credentials, ...passwords },
        },
      },
      { parent: this, additionalSecretOutputs: ["data", "stringData"] },
    );
    return secret.metadata.name;
  }

  /** It asks everybody who they are: whoever has a way to it may try. Itself it calls nobody. */
  private createPolicy(name: string, namespace: pulumi.Input<string>, nodePort: number | undefined): void {
    new k8s.networking.v1.NetworkPolicy(
      name,
      {
        metadata: { name, namespace, labels: { ...this.labels, ...managed } },
        spec: {
          podSelector: { matchLabels: this.labels },
          policyTypes: ["Ingress", "Egress"],
          ingress: [{ from: nodePort === undefined ? [anyPod] : [anyPod, anywhere], ports: tcp(port) }],
          egress: [egressToDns],
        },
      },
      { parent: this },
    );
  }

  private createService(
    name: string,
    namespace: pulumi.Input<string>,
    nodePort: number | undefined,
  ): k8s.core.v1.Service {
    return new k8s.core.v1.Service(
      name,
      {
        metadata: {
          name,
          namespace,
          labels: { ...this.labels, ...managed },
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

  private createServer(
    name: string,
    { namespace, secretName, hash }: ServerParts,
    { image, user = 1000, storage = {}, repositories = [] }: GitServerArgs,
  ): k8s.apps.v1.StatefulSet {
    const shared = {
      image,
      imagePullPolicy: "IfNotPresent",
      securityContext: restrictedContainer,
      volumeMounts: [
        { name: "data", mountPath: dataFolder },
        { name: "settings", mountPath: "/etc/gitea", readOnly: true },
        { name: "tmp", mountPath: "/tmp" },
      ],
    };
    const accounts = ["username", "password", ...repositories.map((repository) => `reader.${repository}`)];
    const folders = [...shared.volumeMounts, { name: "accounts", mountPath: accountsFolder, readOnly: true }];
    return new k8s.apps.v1.StatefulSet(
      name,
      {
        metadata: { name, namespace, labels: { ...this.labels, ...managed } },
        spec: {
          serviceName: name,
          replicas: 1,
          selector: { matchLabels: this.labels },
          template: {
            metadata: { labels: this.labels, annotations: hash },
            spec: {
              automountServiceAccountToken: false,
              enableServiceLinks: false,
              securityContext: restrictedPod(user),
              initContainers: [
                {
                  ...shared,
                  name: "accounts",
                  command: ["sh", `${accountsFolder}/${accountsFile}`, configFile, accountsFolder],
                  volumeMounts: folders,
                  resources: {
                    requests: { cpu: "50m", memory: "64Mi" },
                    limits: { cpu: "1", memory: "512Mi" },
                  },
                },
              ],
              containers: [
                {
                  ...shared,
                  name: "gitea",
                  command: ["gitea", "--config", configFile, "web"],
                  ports: [{ name: "http", containerPort: port, protocol: "TCP" }],
                  resources: {
                    requests: { cpu: "50m", memory: "128Mi" },
                    limits: { cpu: "1", memory: "512Mi" },
                  },
                  startupProbe: {
                    httpGet: { path: "/api/healthz", port: "http" },
                    periodSeconds: 1,
                    failureThreshold: 120,
                  },
                  readinessProbe: { httpGet: { path: "/api/healthz", port: "http" }, periodSeconds: 5 },
                  livenessProbe: {
                    httpGet: { path: "/api/healthz", port: "http" },
                    periodSeconds: 20,
                    timeoutSeconds: 5,
                  },
                },
              ],
              volumes: [
                {
                  name: "settings",
                  secret: { secretName, items: [{ key: "app.ini", path: "app.ini" }], defaultMode: 0o440 },
                },
                {
                  name: "accounts",
                  secret: {
                    secretName,
                    items: [accountsFile, ...accounts].map((key) => ({ key, path: key })),
                    defaultMode: 0o440,
                  },
                },
                { name: "tmp", emptyDir: {} },
              ],
            },
          },
          volumeClaimTemplates: [
            {
              metadata: { name: "data", labels: this.labels },
              spec: {
                accessModes: ["ReadWriteOnce"],
                storageClassName: storage.class,
                resources: { requests: { storage: storage.size ?? "1Gi" } },
              },
            },
          ],
        },
      },
      { parent: this },
    );
  }
}

/** A user of the Git server. */
export interface GitUser {
  /** Name of the user. */
  readonly username: string;
  /** The user's password. Secret. */
  readonly password: pulumi.Output<string>;
}

interface ServerParts {
  readonly namespace: pulumi.Input<string>;
  readonly secretName: pulumi.Input<string>;
  readonly hash: ReturnType<typeof settingsHash>;
}

const managed = { "app.kubernetes.io/managed-by": "pulumi" };

/** Known when a resource is there: what is asked for earlier finds nobody. */
function whenThere(resource: pulumi.CustomResource, password: pulumi.Output<string>): pulumi.Output<string> {
  return pulumi.secret(pulumi.all([password, resource.id]).apply(([known]) => known));
}

function checkGitServer(
  name: string,
  { administrator = "slipway", repositories = [], nodePort, storage }: GitServerArgs,
): void {
  const reserved = ["admin", "api", "user", "explore", "assets", "v2"];
  const problems = new Problems();
  problems.expectServiceName("name", name);
  const isFree = /^[a-z0-9][-a-z0-9]{0,38}$/.test(administrator) && !reserved.includes(administrator);
  const advice = `give 1 to 39 of a-z, 0-9 and "-", and none of ${reserved.join(", ")}`;
  problems.expect(isFree, "administrator", administrator, advice);
  for (const [index, repository] of repositories.entries()) {
    // With "-reader" it is a user's name.
    const isName = /^[a-z0-9][-a-z0-9]{0,31}$/.test(repository) && repositories.indexOf(repository) === index;
    problems.expect(
      isName,
      `repositories[${index}]`,
      repository,
      'give 1 to 32 of a-z, 0-9 and "-", each once',
    );
  }
  checkNodePort(problems, nodePort);
  checkStorage(problems, storage);
  problems.throwIfAny("GitServer", name);
}
