// Nightly (`make test-clusters`): 5 minutes.
import { GitOpsRepository, greeter } from "../support/gitops-repository";
import { type Asker, startProbePod } from "../support/probe-pod";
import { eventually, TestEnvironment } from "../support/test-environment";

const minutes = (count: number): number => count * 60_000;

const intervalSeconds = 5;
const environment = new TestEnvironment({
  pools: [{ name: "worker", count: 1 }],
  gitops: { intervalSeconds },
});

let repository: GitOpsRepository;
let probe: Asker;

/** How Flux says that the source stands: whether it is ready, why, and of which commit. */
async function status(): Promise<{ ready: string; reason: string; message: string; applied: string }> {
  const json = await environment.kubectl("get", "kustomization", "-n", "apps", "apps", "-o", "json");
  const { status: seen } = JSON.parse(json) as {
    status?: {
      conditions?: { type: string; status: string; reason: string; message: string }[];
      lastAppliedRevision?: string;
    };
  };
  const condition = seen?.conditions?.find(({ type }) => type === "Ready");
  return {
    ready: condition?.status ?? "Unknown",
    reason: condition?.reason ?? "",
    message: condition?.message ?? "",
    applied: seen?.lastAppliedRevision ?? "",
  };
}

/** The answers of the service, each over a connection of its own. */
async function runs(version: string): Promise<void> {
  await repository.answersEverywhere(probe, version);
}

async function ready(): Promise<void> {
  const revision = await repository.revision();
  await eventually(120, status, ({ ready, applied }) => ready === "True" && applied.endsWith(revision));
}

beforeAll(async () => {
  await environment.create();
  await environment.up();
  repository = await GitOpsRepository.of(environment);
  probe = await startProbePod(environment);
  await repository.release("v1");
  await runs("v1");
  await ready();
}, minutes(15));

afterAll(async () => {
  repository.remove();
  await environment.destroy();
}, minutes(5));

describe("a commit", () => {
  it(
    "changes what runs, everywhere",
    async () => {
      const begin = await repository.release("v2");
      const end = await repository.answersEverywhere(probe, "v2");
      console.log(
        `from git commit to the new version answering everywhere: ${((end - begin) / 1000).toFixed(1)} s, ` +
          `the repository being looked at every ${intervalSeconds} s`,
      );
      await ready();
    },
    minutes(5),
  );

  it(
    "whose image nobody has leaves the old pods running, and Flux says of which Deployment it waits in vain",
    async () => {
      const image = `127.0.0.1:1/nothing@sha256:${"0".repeat(64)}`;
      await repository.commit("Release what does not exist", greeter("v3", image));
      const seen = await eventually(120, status, ({ ready }) => ready === "False");
      expect(seen.message).toMatch(/Deployment\/apps\/greeter/);
      expect(seen.reason).toBe("HealthCheckFailed");
      await runs("v2");
      const events = await environment.kubectl(
        ...[
          "get",
          "events",
          "-n",
          "apps",
          "--field-selector",
          "involvedObject.kind=Kustomization,type=Warning",
        ],
        ...["-o", "jsonpath={.items[*].message}"],
      );
      expect(events).toContain("Deployment/apps/greeter");
      await repository.release("v4");
      await runs("v4");
      await ready();
    },
    minutes(8),
  );

  it(
    "that is no valid object leaves what runs as it is, and Flux says where it is wrong",
    async () => {
      const documents = greeter("v5", "image") as { spec: Record<string, unknown> }[];
      const [deployment] = documents;
      if (deployment) deployment.spec.replicas = "many";
      await repository.commit("Write a word for a number", documents);
      const seen = await eventually(120, status, ({ ready }) => ready === "False");
      expect(seen.message).toMatch(/Deployment\/apps\/greeter.*replicas/s);
      await runs("v4");
      await repository.release("v6");
      await runs("v6");
      await ready();
    },
    minutes(6),
  );

  it(
    "that wants more than to deploy is refused, and nothing of it is applied",
    async () => {
      const binding = {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRoleBinding",
        metadata: { name: "escalation" },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
        subjects: [{ kind: "ServiceAccount", name: "gitops-apps", namespace: "apps" }],
      };
      await repository.commit("Take the cluster", [binding]);
      const seen = await eventually(120, status, ({ ready }) => ready === "False");
      expect(seen.message).toMatch(/forbidden/i);
      await expect(environment.kubectl("get", "clusterrolebinding", "escalation")).rejects.toThrow(
        /NotFound/,
      );
      await runs("v6");
      await repository.release("v7");
      await runs("v7");
      await ready();
    },
    minutes(6),
  );
});

describe("what belongs to others", () => {
  const may = async (account: string, ...question: string[]): Promise<string> => {
    const answer = environment.kubectl(
      "auth",
      "can-i",
      ...question,
      "--as",
      `system:serviceaccount:${account}`,
    );
    return await answer.catch(() => "no");
  };

  it("is not the controllers' to read: Secrets but the source's own, and other accounts", async () => {
    expect(await may("flux-system:source-controller", "get", "secret/gitops-apps", "-n", "apps")).toBe("yes");
    expect(await may("flux-system:source-controller", "list", "secrets", "-n", "apps")).toBe("no");
    expect(await may("flux-system:source-controller", "get", "secrets", "-n", "kube-system")).toBe("no");
    const kustomize = "flux-system:kustomize-controller";
    expect(await may(kustomize, "impersonate", "serviceaccounts/gitops-apps", "-n", "apps")).toBe("yes");
    expect(await may(kustomize, "impersonate", "serviceaccounts/deployer", "-n", "deployer")).toBe("no");
    expect(await may(kustomize, "create", "deployments", "-n", "apps")).toBe("no");
    expect(await may("apps:gitops-apps", "create", "deployments", "-n", "apps")).toBe("yes");
    expect(await may("apps:gitops-apps", "create", "deployments", "-n", "shop")).toBe("no");
  });
});

describe("the Git server", () => {
  const api = async (path: string, headers: Record<string, string> = {}): Promise<number> => {
    const url = new URL(await environment.output("gitUrl"));
    return (await fetch(`http://${url.host}/api/v1${path}`, { headers, redirect: "manual" })).status;
  };

  it("tells nobody anything who does not say who he is, and takes no registration", async () => {
    expect(await api("/repos/slipway/apps")).toBe(403);
    const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString("base64")}` });
    for (const guess of ["slipway:slipway", "gitea:gitea", "admin:admin"]) {
      expect(await api("/repos/slipway/apps", basic(guess))).toBe(401);
    }
    const { username, password, host } = new URL(await environment.output("gitUrl"));
    expect(await api("/repos/slipway/apps", basic(`${username}:${password}`))).toBe(200);
    const form = new URLSearchParams({
      user_name: "mallory",
      email: "m@x.y",
      password: "p4ssw0rd!",
      retype: "p4ssw0rd!",
    });
    const signUp = await fetch(`http://${host}/user/sign_up`, {
      method: "POST",
      body: form,
      redirect: "manual",
    });
    expect(signUp.status).toBe(403);
  });

  it(
    "has what was pushed when its pod was made anew",
    async () => {
      await environment.kubectl("delete", "pod", "-n", "git", "git-0");
      await environment.kubectl("rollout", "status", "-n", "git", "statefulset/git", "--timeout=120s");
      const seen = await eventually(
        30,
        () => repository.git("ls-remote", "origin", "main").catch(String),
        (line) => line.includes("refs/heads/main"),
      );
      expect(seen).toContain(await repository.revision());
    },
    minutes(4),
  );
});

it(
  "brought up again, nothing changes",
  async () => {
    const { output, failed } = await environment.pulumi("up", "--yes", "--expect-no-changes");
    expect({ failed, output: failed ? output : "" }).toEqual({ failed: false, output: "" });
  },
  minutes(3),
);

it("keeps the password out of what a state and an output show", async () => {
  const { password } = new URL(await environment.output("gitUrl"));
  const { output: state } = await environment.pulumi("stack", "export");
  expect(state).not.toContain(password);
  const { output: shown } = await environment.pulumi("stack", "output");
  expect(shown).toMatch(/gitUrl +\[secret\]/);
});
