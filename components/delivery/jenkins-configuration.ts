import { stringify } from "yaml";

/** What Jenkins' configuration is made of, as plain values. */
export interface JenkinsFacts {
  /** Where agents reach the controller. */
  readonly url: string;
  /** Namespace and account of the agents' pods. */
  readonly agents: { readonly namespace: string; readonly account: string };
  /** Image with the tools that a Jenkinsfile calls. */
  readonly agentImage: string;
  /** Image of the program that connects an agent to the controller. */
  readonly inboundAgentImage: string;
  /** Name of a Secret with the login of a registry for charts, in the agents' namespace. Undefined for none. */
  readonly registrySecret?: string | undefined;
  readonly repository: string;
  readonly branch: string;
  /** Path in the repository. */
  readonly jenkinsfile: string;
  /** Whether the repository asks who one is. */
  readonly hasCredentials: boolean;
  /** Variables that every build has. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Label of the agents, for `agent { label … }`. */
export const agentLabel = "deployer";

/** What Jenkins and its agents run as in their images. */
export const jenkinsUser = 1000;

/** The files of secrets that {@link jenkinsConfiguration} names. */
export const secretNames = {
  password: "ADMIN_PASSWORD",
  gitUser: "GIT_USERNAME",
  gitPassword: "GIT_PASSWORD",
} as const;

/**
 * Jenkins' configuration as code: https://github.com/jenkinsci/configuration-as-code-plugin. It holds no secret; it
 * names the files of secrets.
 */
export function jenkinsConfiguration(facts: JenkinsFacts): string {
  return stringify(
    {
      jenkins: {
        systemMessage: "Its settings are code: what is changed here is gone with the next start.",
        // Builds run in agents' pods, never beside the controller's own secrets.
        numExecutors: 0,
        crumbIssuer: { standard: { excludeClientIPFromCrumb: true } },
        securityRealm: {
          local: {
            allowsSignup: false,
            users: [{ id: "admin", password: `\${${secretNames.password}}` }],
          },
        },
        authorizationStrategy: { loggedInUsersCanDoAnything: { allowAnonymousRead: false } },
        clouds: [{ kubernetes: cloud(facts) }],
        globalNodeProperties: [
          {
            envVars: {
              env: Object.entries(facts.variables).map(([key, value]) => ({ key, value: literal(value) })),
            },
          },
        ],
      },
      ...(facts.hasCredentials ? { credentials: gitCredentials() } : {}),
      jobs: [{ script: literal(jobScript(facts)) }],
      unclassified: { location: { url: `${literal(facts.url)}/` } },
    },
    { lineWidth: 0 },
  );
}

/** Configuration as code would take `${…}` for a secret's name. */
function literal(text: string): string {
  return text.replaceAll("${", "^${");
}

function cloud({ url, agents, agentImage, inboundAgentImage, registrySecret }: JenkinsFacts) {
  return {
    name: "kubernetes",
    serverUrl: "https://kubernetes.default.svc",
    namespace: agents.namespace,
    jenkinsUrl: url,
    // Over the same port as everything else.
    webSocket: true,
    containerCapStr: "5",
    podRetention: "never",
    templates: [
      {
        name: agentLabel,
        label: agentLabel,
        nodeUsageMode: "EXCLUSIVE",
        serviceAccount: agents.account,
        yamlMergeStrategy: "merge",
        yaml: stringify(agentPod(agents.account, agentImage, inboundAgentImage, registrySecret)),
      },
    ],
  };
}

/**
 * An agent: the program that connects it, and beside it the tools. Pod Security `restricted` is enforced there.
 * @param registrySecret name of the Secret with the login of a registry for charts
 */
export function agentPod(
  account: string,
  agentImage: string,
  inboundAgentImage: string,
  registrySecret?: string,
) {
  const folder = "/run/secrets/registry";
  const login = registrySecret !== undefined && {
    env: [{ name: "HELM_REGISTRY_CONFIG", value: `${folder}/.dockerconfigjson` }],
    volumeMounts: [{ name: "registry", mountPath: folder, readOnly: true }],
  };
  const container = (name: string, image: string, memory: string) => ({
    name,
    image,
    resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "1", memory } },
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
  });
  return {
    apiVersion: "v1",
    kind: "Pod",
    spec: {
      serviceAccountName: account,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: jenkinsUser,
        runAsGroup: jenkinsUser,
        fsGroup: jenkinsUser,
        seccompProfile: { type: "RuntimeDefault" },
      },
      containers: [
        // The Kubernetes plugin knows its container by this name.
        container("jnlp", inboundAgentImage, "512Mi"),
        { ...container("tools", agentImage, "1Gi"), command: ["sleep", "infinity"], ...login },
      ],
      ...(registrySecret !== undefined && {
        volumes: [{ name: "registry", secret: { secretName: registrySecret, defaultMode: 0o440 } }],
      }),
    },
  };
}

function gitCredentials() {
  const usernamePassword = {
    scope: "GLOBAL",
    id: "git",
    username: `\${${secretNames.gitUser}}`,
    password: `\${${secretNames.gitPassword}}`,
  };
  return { system: { domainCredentials: [{ credentials: [{ usernamePassword }] }] } };
}

/** The job, in the language of the plugin job-dsl. */
function jobScript({ repository, branch, jenkinsfile, hasCredentials }: JenkinsFacts): string {
  return `pipelineJob('deploy') {
  definition {
    cpsScm {
      scm {
        git {
          remote {
            url(${groovy(repository)})${hasCredentials ? "\n            credentials('git')" : ""}
          }
          branch(${groovy(branch)})
        }
      }
      scriptPath(${groovy(jenkinsfile)})
    }
  }
}
`;
}

/** A string of Groovy's in which nothing means anything. */
function groovy(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
