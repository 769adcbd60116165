// Nightly (`make test-clusters`): 5 minutes.
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";

import { parse } from "yaml";

import { agentPod } from "../../components/delivery/jenkins-configuration";
import { restrictedContainer, restrictedPod } from "../../components/delivery/restricted-pod";
import { eventually, TestEnvironment } from "../support/test-environment";

const run = promisify(execFile);
const minutes = (count: number): number => count * 60_000;
const repository = path.join(__dirname, "..", "..");
const program = path.join(__dirname, "delivery");

const environment = new TestEnvironment({ pools: [{ name: "worker", count: 1 }], gitops: {} });
const scratch = mkdtempSync(path.join(tmpdir(), "slipway-delivery-"));
const chartFolder = path.join(scratch, "microservice");

const base = {
  environment: `organization/slipway/${environment.name}`,
  repository: "http://git.git/slipway/pipeline.git",
  chartFolder,
};
const team = new TestEnvironment(base, program, environment);

/** The image that every release here runs: it answers on both probes' paths. */
let image = "";
let settings: Record<string, unknown> = {};

/** What a command printed, or why it failed, in one text. */
async function said(command: Promise<string>): Promise<string> {
  return await command.catch((error: unknown) => String(error));
}

beforeAll(async () => {
  cpSync(path.join(repository, "charts", "microservice"), chartFolder, { recursive: true });
  await environment.create();
  await environment.up();
  image = await environment.kubectl(
    ...["get", "deployment", "-n", "shop", "catalog", "-o"],
    "jsonpath={.spec.template.spec.containers[0].image}",
  );
  const { username, password } = new URL(await environment.output("gitUrl"));
  settings = { ...base, image, gitUser: username, gitPassword: password };
  team.configure({ ...settings, chartVersion: "0.1.0+first", greeting: "one" });
  await team.create();
  await team.up();
}, minutes(15));

afterAll(async () => {
  rmSync(scratch, { recursive: true });
  try {
    await team.destroy();
  } finally {
    await environment.destroy();
  }
}, minutes(6));

describe("the deployer", () => {
  let kubeconfig = "";

  /** kubectl as the deployer, by the kubeconfig that `make deployer-kubeconfig` wrote. */
  const kubectl = async (...args: string[]): Promise<string> => {
    const variables = { ...(await environment.shellVariables()), KUBECONFIG: kubeconfig };
    const { stdout } = await run("kubectl", args, { env: variables });
    return stdout.trim();
  };

  const apply = async (document: object): Promise<string> => {
    const file = path.join(scratch, "document.json");
    writeFileSync(file, JSON.stringify(document));
    return await kubectl("apply", "-f", file);
  };

  const deployment = (name: string, container: object) => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: "shop" },
    spec: {
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          securityContext: restrictedPod(),
          containers: [{ name: "app", image, securityContext: restrictedContainer, ...container }],
        },
      },
    },
  });

  beforeAll(async () => {
    const { output, failed } = await environment.make("deployer-kubeconfig");
    expect(failed ? output : "").toBe("");
    kubeconfig = output.trim().split("\n").at(-1) ?? "";
  });

  it("has a token for an hour and nothing that lasts", () => {
    const { users } = parse(readFileSync(kubeconfig, "utf8")) as {
      users: { user: Record<string, string> }[];
    };
    expect(users.flatMap(({ user }) => Object.keys(user))).toEqual(["token"]);
    const [, claims = ""] = users[0]?.user.token?.split(".") ?? [];
    const { iat, exp, sub } = JSON.parse(Buffer.from(claims, "base64url").toString()) as {
      iat: number;
      exp: number;
      sub: string;
    };
    expect(exp - iat).toBe(3600);
    expect(sub).toBe("system:serviceaccount:deployer:deployer");
  });

  it("deploys into the shop, and sees how its pods are", async () => {
    await apply(deployment("by-deployer", {}));
    await kubectl("rollout", "status", "-n", "shop", "deployment/by-deployer", "--timeout=90s");
    expect(await kubectl("get", "pods", "-n", "shop", "-l", "app=by-deployer", "-o", "name")).toContain(
      "pod/",
    );
    await kubectl("delete", "-n", "shop", "deployment/by-deployer");
  }, 120_000);

  const refused: [string, string[]][] = [
    ["Secrets of the cluster", ["get", "secrets", "-n", "kube-system"]],
    ["nodes", ["get", "nodes"]],
    ["other namespaces", ["get", "deployments", "-n", "team"]],
    ["all namespaces at once", ["get", "pods", "-A"]],
    ["namespaces, and so how secure their pods have to be", ["label", "namespace", "shop", "a=b"]],
    ["a shell in a pod", ["exec", "-n", "shop", "deployment/catalog", "--", "true"]],
    ["tokens of accounts", ["create", "token", "-n", "shop", "catalog"]],
    ["its own account", ["get", "serviceaccounts", "-n", "deployer"]],
    ["to be somebody else", ["get", "nodes", "--as", "admin"]],
    ["its role, to widen it", ["delete", "role", "-n", "shop", "deployer"]],
    ["a role", ["create", "role", "more", "-n", "shop", "--verb=get", "--resource=pods"]],
    ["a binding", ["create", "rolebinding", "more", "-n", "shop", "--clusterrole=admin", "--user=me"]],
    ["the cluster", ["create", "clusterrolebinding", "more", "--clusterrole=cluster-admin", "--user=me"]],
    ["storage classes", ["get", "storageclasses"]],
    ["webhooks", ["get", "validatingwebhookconfigurations"]],
  ];

  it.each(refused)("is refused %s", async (_what, command) => {
    await expect(kubectl(...command)).rejects.toThrow(/forbidden/i);
  });

  it("gets no privileged pod: the namespace refuses it", async () => {
    await apply(deployment("privileged", { securityContext: { privileged: true } }));
    const events = await eventually(
      60,
      () => kubectl("get", "events", "-n", "shop", "-o", "jsonpath={.items[*].message}"),
      (text) => text.includes("violates PodSecurity"),
    );
    expect(events).toContain("privileged");
    expect(await kubectl("get", "pods", "-n", "shop", "-l", "app=privileged", "-o", "name")).toBe("");
    await kubectl("delete", "-n", "shop", "deployment/privileged");
  }, 90_000);
});

describe("the chart microservice", () => {
  const released = async (): Promise<Record<string, unknown>> => {
    const json = await environment.kubectl("get", "deployment", "-n", "team", "greeter", "-o", "json");
    const { metadata, spec, status } = JSON.parse(json) as {
      metadata: { labels: Record<string, string> };
      spec: {
        revisionHistoryLimit: number;
        template: { spec: { containers: { env: { name: string; value?: string }[] }[] } };
      };
      status: { availableReplicas?: number; updatedReplicas?: number };
    };
    return {
      chart: metadata.labels["helm.sh/chart"],
      greeting: spec.template.spec.containers[0]?.env.find(({ name }) => name === "GREETING")?.value,
      history: spec.revisionHistoryLimit,
      pods: [status.updatedReplicas, status.availableReplicas],
    };
  };
  const first = { chart: "microservice-0.1.0_first", greeting: "one", history: 3, pods: [2, 2] };

  it("is pushed to the environment's registry, and installed from there", async () => {
    expect(await released()).toEqual(first);
    const host = await environment.output("registry");
    const answer = await fetch(`http://${host}/v2/charts/microservice/tags/list`);
    expect(await answer.json()).toEqual({ name: "charts/microservice", tags: ["0.1.0_first"] });
  });

  it(
    "does not change when it is brought up again",
    async () => {
      const { output, failed } = await team.pulumi("up", "--yes", "--expect-no-changes");
      expect({ failed, output: failed ? output : "" }).toEqual({ failed: false, output: "" });
    },
    minutes(3),
  );

  it(
    "is upgraded to a version that was not there before, previewed first",
    async () => {
      const file = path.join(chartFolder, "templates", "deployment.yaml");
      writeFileSync(
        file,
        readFileSync(file, "utf8").replace("revisionHistoryLimit: 3", "revisionHistoryLimit: 5"),
      );
      team.configure({ ...settings, chartVersion: "0.2.0+second", greeting: "two" });
      const { output, failed } = await team.pulumi("preview");
      expect(failed ? output : "").toBe("");
      await team.up();
      expect(await released()).toEqual({
        chart: "microservice-0.2.0_second",
        greeting: "two",
        history: 5,
        pods: [2, 2],
      });
    },
    minutes(5),
  );

  it(
    "goes back to the version before, whose content the registry still has",
    async () => {
      team.configure({
        ...settings,
        chartVersion: "0.2.0+second",
        release: "0.1.0+first",
        greeting: "one",
      });
      await team.up();
      expect(await released()).toEqual(first);
    },
    minutes(5),
  );

  it(
    "refuses values that it does not know in a preview, all at once",
    async () => {
      team.configure({ ...settings, image: "catalog:latest", chartVersion: "0.2.0+second", greeting: "x" });
      const { output, failed } = await team.pulumi("preview");
      expect(failed).toBe(true);
      expect(output).toContain("'catalog:latest' does not match pattern");
    },
    minutes(3),
  );
});

describe("Jenkins", () => {
  const controller = ["--as", "system:serviceaccount:jenkins:jenkins"];
  const inTools = ["exec", "-n", "jenkins-agents", "agent", "-c", "tools", "--"];

  /** A command in the agent's container of tools, started as the controller starts a step of a pipeline. */
  const inAgent = (...command: string[]): Promise<string> =>
    environment.kubectl(...controller, ...inTools, ...command);

  it("is accepted by the API, all but its pod, whose image cannot be had here", async () => {
    const kinds = "statefulset,service,configmap,secret,serviceaccount,networkpolicy,role,rolebinding";
    const names = await environment.kubectl("get", kinds, "-n", "jenkins", "-o", "name");
    for (const name of [
      ...["statefulset.apps/jenkins", "service/jenkins", "configmap/jenkins", "secret/jenkins"],
      ...["serviceaccount/jenkins", "networkpolicy.networking.k8s.io/jenkins"],
    ]) {
      expect(names.split("\n")).toContain(name);
    }
    // The pod that it would be, judged by the API server with the namespace's Pod Security enforced.
    const set = await environment.kubectl("get", "statefulset", "-n", "jenkins", "jenkins", "-o", "json");
    const { spec } = JSON.parse(set) as { spec: { template: { metadata: object; spec: object } } };
    const home = { name: "home", persistentVolumeClaim: { claimName: "home-jenkins-0" } };
    const { volumes = [], ...pod } = spec.template.spec as { volumes?: object[] };
    const file = path.join(scratch, "pod.json");
    const metadata = { ...spec.template.metadata, name: "jenkins-0", namespace: "jenkins" };
    writeFileSync(
      file,
      JSON.stringify({
        apiVersion: "v1",
        kind: "Pod",
        metadata,
        spec: { ...pod, volumes: [...volumes, home] },
      }),
    );
    const dryRun = await environment.kubectl("apply", "--dry-run=server", "-f", file);
    expect(dryRun).toContain("pod/jenkins-0 created (server dry run)");
    expect(dryRun).not.toContain("Warning");
  });

  it("has a password that nobody thought of, in a Secret and in no configuration", async () => {
    const password = await team.output("jenkinsPassword");
    expect(password).toMatch(/^[A-Za-z0-9]{32}$/);
    const read = "jsonpath={.data.ADMIN_PASSWORD}";
    const secret = await environment.kubectl("get", "secret", "-n", "jenkins", "jenkins", "-o", read);
    expect(Buffer.from(secret, "base64").toString()).toBe(password);
    const { output: state } = await team.pulumi("stack", "export");
    expect(state).not.toContain(password);
    const configuration = await environment.kubectl(
      "get",
      "configmap",
      "-n",
      "jenkins",
      "jenkins",
      "-o",
      "yaml",
    );
    expect(configuration).not.toContain(password);
  });

  it(
    "starts an agent by the controller's account, which may do that and nothing else",
    async () => {
      const agent = agentPod("agent", await team.output("agentImage"), "none", "chart-registry");
      const containers = agent.spec.containers.filter(({ name }) => name !== "jnlp");
      const metadata = { name: "agent", namespace: "jenkins-agents" };
      const file = path.join(scratch, "agent.json");
      writeFileSync(file, JSON.stringify({ ...agent, metadata, spec: { ...agent.spec, containers } }));
      await environment.kubectl(...controller, "create", "-f", file);
      await environment.kubectl(
        "wait",
        "--for=condition=Ready",
        "-n",
        "jenkins-agents",
        "pod/agent",
        "--timeout=120s",
      );
      for (const question of [
        ["create", "pods", "-n", "team"],
        ["create", "pods", "-n", "jenkins"],
        ["get", "secrets", "-n", "jenkins"],
        ["create", "deployments", "-n", "team"],
        ["get", "secrets", "-n", "jenkins-agents"],
        ["create", "serviceaccounts/token", "-n", "jenkins-agents"],
      ]) {
        expect([
          question,
          await said(environment.kubectl("auth", "can-i", ...question, ...controller)),
        ]).toEqual([question, expect.stringContaining("no")]);
      }
    },
    minutes(3),
  );

  it(
    "runs the pipeline's steps in it: checkout, lint, package, push, deploy, verify",
    async () => {
      const { username, password, host } = new URL(await environment.output("gitUrl"));
      const copy = path.join(scratch, "pipeline");
      cpSync(path.join(repository, "charts"), path.join(copy, "charts"), { recursive: true });
      const git = (...args: string[]) =>
        run("git", ["-c", "user.name=tester", "-c", "user.email=tester@localhost", ...args], { cwd: copy });
      await git("init", "--quiet", "--initial-branch", "main");
      await git("add", "--all");
      await git("commit", "--quiet", "--message", "Deploy by chart");
      await git("push", "--quiet", `http://${username}:${password}@${host}/${username}/pipeline.git`, "main");

      await inAgent(
        "git",
        "clone",
        "--quiet",
        `http://${username}:${password}@git.git/${username}/pipeline.git`,
        "/tmp/w",
      );
      const chartRegistry = await team.output("chartRegistry");
      const variables = [
        "RELEASE=by-pipeline",
        `IMAGE=${image}`,
        "NAMESPACE=team",
        `CHART_REGISTRY=${chartRegistry}`,
      ];
      for (const step of ["lint", "package", "push", "deploy", "verify"]) {
        const output = await inAgent("env", ...variables, "/tmp/w/charts/deploy.sh", step);
        if (step === "verify") expect(output).toMatch(/successfully rolled out[^]*STATUS: deployed/);
      }
      const available = "jsonpath={.status.availableReplicas}";
      const deployed = ["get", "deployment", "-n", "team", "by-pipeline", "-o", available];
      expect(await environment.kubectl(...deployed)).toBe("2");
    },
    minutes(5),
  );

  it.each([
    ["Secrets of the cluster", ["kubectl", "get", "secrets", "-n", "kube-system"]],
    ["the controller's Secrets", ["kubectl", "get", "secrets", "-n", "jenkins"]],
    ["nodes", ["kubectl", "get", "nodes"]],
    ["other namespaces", ["kubectl", "get", "deployments", "-n", "shop"]],
    ["agents of its own", ["kubectl", "run", "another", "-n", "jenkins-agents", "--image=none"]],
    ["a shell in a pod", ["kubectl", "exec", "-n", "team", "deployment/greeter", "--", "true"]],
    [
      "the cluster",
      ["kubectl", "create", "clusterrolebinding", "x", "--clusterrole=cluster-admin", "--user=me"],
    ],
    ["a release elsewhere", ["helm", "list", "-n", "shop"]],
  ])("refuses its agent %s", async (_what, command) => {
    expect(await said(inAgent(...command))).toMatch(/forbidden/i);
  });
});
