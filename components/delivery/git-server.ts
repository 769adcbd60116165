import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { Problems } from "../checks";
import { Password } from "../pki";
import { anyPod, anywhere, egressToDns, tcp } from "../workloads/network-peers";
import { checkNodePort, checkStorage } from "./checks";
import { restrictedContainer, restrictedPod } from "./restricted-pod";
import { settingsHash } from "./settings-hash";

/** Which Gitea, and where it keeps what it is given. */
export interface GitServerArgs {
  /** Image of Gitea with `gitea`, `git`, `awk` and `sh` on its PATH. */
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
  /** Port of every node on which it answers from outside, 30000 to 32767. Default: inside the cluster only. */
  readonly nodePort?: number;
}

const port = 3000;
const configFile = "/etc/gitea/app.ini";
const dataFolder = "/var/lib/gitea";

/**
 * A Git server in the cluster, by Gitea: HTTP, an API, and no registration. Its one user is an administrator whose
 * password nobody thought of. A repository is made by the first push to it, private.
 *
 * @example
 * const git = new GitServer("git", { image: giteaImage, nodePort: 30030 }, { provider });
 * new GitOpsSource("apps", { namespace, url: git.repositoryUrl("apps"), credentials: git.credentials }, { provider });
 */
export class GitServer extends pulumi.ComponentResource {
  /** Where the cluster reaches it: `http://<name>.<name>`. */
  readonly url: pulumi.Output<string>;
  /** The administrator. The password is secret. */
  readonly credentials: {
    /** Name of the user. */
    readonly username: string;
    /** The user's password. Secret. */
    readonly password: pulumi.Output<string>;
  };

  private readonly labels: Record<string, string>;

  constructor(name: string, args: GitServerArgs, options: pulumi.ComponentResourceOptions) {
    super("slipway:delivery:GitServer", name, {}, options);
    checkGitServer(name, args);
    const { administrator = "slipway" } = args;
    this.labels = { "app.kubernetes.io/name": name };
    this.credentials = {
      username: administrator,
      password: new Password(`${name}-administrator`, { parent: this }).password,
    };

    const namespace = this.createNamespace(name);
    const file = this.settingsFile(name);
    const secretName = this.createSecret(name, namespace, file);
    this.createPolicy(name, namespace, args.nodePort);
    const service = this.createService(name, namespace, args.nodePort);
    const hash = settingsHash([file, this.credentials.password]);
    this.createServer(name, { namespace, secretName, hash }, args);
    this.url = pulumi.interpolate`http://${service.metadata.name}.${namespace}`;
    this.registerOutputs({ url: this.url });
  }

  /** Where the cluster reaches a repository of the administrator's. */
  repositoryUrl(repository: string): pulumi.Output<string> {
    return pulumi.interpolate`${this.url}/${this.credentials.username}/${repository}.git`;
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
    return pulumi
      .all([secretKey, internalToken, signingKey])
      .apply(([key, token, signing]) =>
        settings({ name, secretKey: key, internalToken: token, signingKey: signing }),
      );
  }

  private createSecret(
    name: string,
    namespace: pulumi.Input<string>,
    file: pulumi.Output<string>,
  ): pulumi.Output<string> {
    const secret = new k8s.core.v1.Secret(
      name,
      {
        metadata: { name, namespace, labels: { ...this.labels, ...managed } },
        stringData: { "app.ini": pulumi.secret(file), ...this.credentials },
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
    { image, user = 1000, storage = {} }: GitServerArgs,
  ): void {
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
    new k8s.apps.v1.StatefulSet(
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
                  name: "administrator",
                  command: ["sh", "-euc", ensureAdministrator],
                  env: [fromSecret("USERNAME", secretName), fromSecret("PASSWORD", secretName)],
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

interface ServerParts {
  readonly namespace: pulumi.Input<string>;
  readonly secretName: pulumi.Input<string>;
  readonly hash: ReturnType<typeof settingsHash>;
}

const managed = { "app.kubernetes.io/managed-by": "pulumi" };

function fromSecret(
  variable: "USERNAME" | "PASSWORD",
  secret: pulumi.Input<string>,
): k8s.types.input.core.v1.EnvVar {
  return { name: variable, valueFrom: { secretKeyRef: { name: secret, key: variable.toLowerCase() } } };
}

/** Makes the administrator once; from then on the Secret's password is the one that counts. */
const ensureAdministrator = `
gitea() { command gitea --config ${configFile} "$@"; }
gitea migrate
if gitea admin user list --admin | awk '{ print $2 }' | grep -qxF "$USERNAME"; then
  gitea admin user change-password --username "$USERNAME" --password "$PASSWORD" --must-change-password=false
else
  gitea admin user create --admin --username "$USERNAME" --password "$PASSWORD" \\
    --email "$USERNAME@localhost" --must-change-password=false
fi
`.trim();

interface Settings {
  readonly name: string;
  readonly secretKey: string;
  readonly internalToken: string;
  readonly signingKey: string;
}

/** https://docs.gitea.com/administration/config-cheat-sheet */
function settings({ name, secretKey, internalToken, signingKey }: Settings): string {
  return `APP_NAME = ${name}
RUN_MODE = prod
WORK_PATH = ${dataFolder}

[server]
HTTP_PORT = ${port}
ROOT_URL = http://${name}.${name}/
DISABLE_SSH = true
OFFLINE_MODE = true

[database]
DB_TYPE = sqlite3
PATH = ${dataFolder}/gitea.db

[security]
INSTALL_LOCK = true
SECRET_KEY = ${secretKey}
INTERNAL_TOKEN = ${internalToken}
PASSWORD_HASH_ALGO = pbkdf2_hi

[oauth2]
ENABLED = false
JWT_SECRET = ${Buffer.from(signingKey).toString("base64url")}

[service]
DISABLE_REGISTRATION = true
REQUIRE_SIGNIN_VIEW = true

[openid]
ENABLE_OPENID_SIGNIN = false
ENABLE_OPENID_SIGNUP = false

[repository]
ROOT = ${dataFolder}/repositories
ENABLE_PUSH_CREATE_USER = true
DEFAULT_PUSH_CREATE_PRIVATE = true

[actions]
ENABLED = false

[cron.update_checker]
ENABLED = false

[indexer]
ISSUE_INDEXER_TYPE = db

[log]
MODE = console
LEVEL = warn
`;
}

function checkGitServer(name: string, { administrator = "slipway", nodePort, storage }: GitServerArgs): void {
  const reserved = ["admin", "api", "user", "explore", "assets", "v2"];
  const problems = new Problems();
  problems.expectServiceName("name", name);
  const isFree = /^[a-z0-9][-a-z0-9]{0,38}$/.test(administrator) && !reserved.includes(administrator);
  const advice = `give 1 to 39 of a-z, 0-9 and "-", and none of ${reserved.join(", ")}`;
  problems.expect(isFree, "administrator", administrator, advice);
  checkNodePort(problems, nodePort);
  checkStorage(problems, storage);
  problems.throwIfAny("GitServer", name);
}
