// Nightly (`make test-clusters`): 10 minutes. ATTACKED=name attacks an environment of yours that is up, and leaves it.
import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { answerOfAttack, attack, deployer, describeAttacks, ingress, service } from "../support/attacks";
import { AuditLog } from "../support/audit-log";
import { LiveMachine } from "../support/live-machine";
import { openPorts } from "../support/open-ports";
import { openPortsFrom } from "../support/port-scan";
import { type Asker, evaluateIn, startProbePod } from "../support/probe-pod";
import { eventually, TestEnvironment } from "../support/test-environment";

const minutes = (count: number): number => count * 60_000;
const { ATTACKED: attacked } = process.env;

const environment = new TestEnvironment(
  { pools: [{ name: "worker", count: 1 }], gitops: {} },
  undefined,
  undefined,
  attacked,
);

let probe: Asker;

beforeAll(async () => {
  if (attacked === undefined) {
    await environment.create();
    await environment.up();
  }
  probe = await startProbePod(environment);
}, minutes(15));

afterAll(async () => {
  await environment.destroy();
}, minutes(5));

jest.setTimeout(minutes(3));
describeAttacks(environment);

const storefront = { service: { name: "storefront", port: { name: "http" } } };

/** Who a commit is applied as. */
const commits = "system:serviceaccount:apps:gitops-apps";

const deployment = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: attack, namespace: "shop" },
  spec: {
    replicas: 0,
    selector: { matchLabels: { app: attack } },
    template: {
      metadata: { labels: { app: attack } },
      spec: {
        containers: [{ name: "x", image: "x" }],
        volumes: [{ name: "host", hostPath: { path: "/" } }],
      },
    },
  },
};

describe("a tenant", () => {
  afterAll(async () => {
    const gone = ["--ignore-not-found", "--wait=false"];
    await environment.kubectl("delete", "ingress,service,deployment", attack, "-n", "shop", ...gone);
  });

  it.each([
    [
      "a host of its choice",
      service({ type: "ExternalName", externalName: "metadata.example" }),
      /ExternalName/,
    ],
    ["all the world", service({ type: "LoadBalancer" }), /LoadBalancer/],
    [
      "routes of its own",
      ingress({ "zalando.org/skipper-routes": `r: * -> "http://registry:5000"` }),
      /annotation/,
    ],
    ["a predicate", ingress({ "zalando.org/skipper-predicate": "Path(`/`)" }), /annotation/],
    ["a folder of the machine", deployment, /hostPath/],
  ])("does not get %s", async (_what, object, message) => {
    await expect(environment.applyAs(deployer, object)).rejects.toThrow(message);
  });

  it("does not get requests of another's host, nor of all of them, where its namespace names its own", async () => {
    const hosts = ["annotate", "namespace", "shop", "--overwrite", "slipway.dev/ingress-hosts"];
    await environment.kubectl(...hosts.slice(0, -1), `${hosts.at(-1) ?? ""}=own.example,other.example`);
    try {
      const wanted = (rule: object) => ({
        ...ingress({}),
        spec: {
          rules: [{ ...rule, http: { paths: [{ path: "/", pathType: "Prefix", backend: storefront }] } }],
        },
      });
      for (const rule of [{ host: "victim.example" }, {}])
        await expect(environment.applyAs(deployer, wanted(rule))).rejects.toThrow(/ingress-hosts/);
      await environment.applyAs(deployer, wanted({ host: "own.example" }));
    } finally {
      await environment.kubectl(...hosts.slice(0, -1), `${hosts.at(-1) ?? ""}-`);
    }
  });

  it("is the account of commits too", async () => {
    const inApps = (object: object): object => ({ ...object, metadata: { name: attack, namespace: "apps" } });
    const external = inApps(service({ type: "ExternalName", externalName: "metadata.example" }));
    await expect(environment.applyAs(commits, external)).rejects.toThrow(/ExternalName/);
  });

  it("changes none of the administrator's network policies", async () => {
    for (const name of ["default-deny", "allow-dns"]) {
      const policy = ["networkpolicy", name, "-n", "shop", "--as", deployer];
      await expect(environment.kubectl("delete", ...policy)).rejects.toThrow(/administrator/);
      const open = ["--type=merge", "--patch", '{"spec":{"egress":[{}]}}'];
      await expect(environment.kubectl("patch", ...policy, ...open)).rejects.toThrow(/administrator/);
    }
  });
});

describe("the ingress", () => {
  it("asks nobody but pods that are routed to, whatever a route says", async () => {
    const registry = await environment.output("registryInCluster");
    const everything = `r: * -> "http://${registry}"`;
    await environment.apply(ingress({ "zalando.org/skipper-routes": everything }));
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect(await answerOfAttack(environment, "/v2/_catalog")).not.toContain("repositories");
    await environment.kubectl("delete", "ingress", attack, "-n", "shop");
  });

  it("says itself how somebody came, over what they say", async () => {
    const forged = { headers: { "x-forwarded-proto": "https" } };
    const cookieOf = async (url: string, options: RequestInit): Promise<string> => {
      const form = new URLSearchParams({ product: await aProduct(), add: "1" });
      const answer = await fetch(new URL("cart", url), {
        ...options,
        method: "POST",
        body: form,
        redirect: "manual",
      });
      return answer.headers.get("set-cookie") ?? "";
    };
    const plain = await cookieOf(await environment.output("shopUrl"), forged);
    expect(plain).toContain("cart=");
    expect(plain).not.toContain("Secure");
    const { stdout } = await promisify(execFile)("curl", [
      ...["--silent", "--insecure", "--include", "--header", "x-forwarded-proto: http"],
      ...["--header", "host: shop.example.org", "--data", `product=${await aProduct()}&add=1`],
      `${await environment.output("shopTlsUrl")}cart`,
    ]);
    expect(stdout).toMatch(/set-cookie: cart=.*Secure/i);
    expect(stdout).toMatch(/strict-transport-security: max-age=\d+/i);
  });
});

async function aProduct(): Promise<string> {
  const shelf = await (await fetch(await environment.output("shopUrl"))).text();
  const [, id = ""] = /\/products\/([a-z0-9-]+)/.exec(shelf) ?? [];
  return id;
}

describe("the Git server", () => {
  it("lets who has a source's credentials read that repository, and nothing else", async () => {
    const secret = await environment.kubectl("get", "secret", "-n", "apps", "gitops-apps", "-o", "json");
    const { data } = JSON.parse(secret) as { data: { username: string; password: string } };
    const [username, password] = [data.username, data.password].map((text) => atob(text));
    const { origin } = new URL(await environment.output("gitUrl"));
    const ask = async (method: string, path: string, body?: object): Promise<number> => {
      const { status } = await fetch(`${origin}/api/v1${path}`, {
        method,
        headers: {
          authorization: `Basic ${btoa(`${username}:${password}`)}`,
          "content-type": "application/json",
        },
        ...(body && { body: JSON.stringify(body) }),
      });
      return status;
    };
    expect(username).toBe("apps-reader");
    expect(await ask("GET", "/repos/slipway/apps")).toBe(200);
    const file = { content: btoa("evil"), message: "x" };
    expect(await ask("POST", "/repos/slipway/apps/contents/evil.yaml", file)).toBe(403);
    expect(await ask("POST", "/repos/slipway/apps/forks", {})).toBe(409);
    expect(await ask("POST", "/user/repos", { name: "own" })).toBe(403);
    expect(await ask("GET", "/admin/users")).toBe(403);
  });
});

describe("the metrics API", () => {
  it("is taken from nobody who has another certificate", async () => {
    const service = await environment.kubectl("get", "apiservice", "v1beta1.metrics.k8s.io", "-o", "json");
    const { spec } = JSON.parse(service) as { spec: { caBundle?: string; insecureSkipTLSVerify?: boolean } };
    expect(spec.insecureSkipTLSVerify ?? false).toBe(false);
    expect(atob(spec.caBundle ?? "")).toContain("BEGIN CERTIFICATE");
    await eventually(
      90,
      () => environment.kubectl("top", "nodes", "--no-headers").catch(() => ""),
      (lines) => lines.split("\n").length === 2,
    );
  });
});

describe("the shop", () => {
  it("takes no form of another site, and says nothing of its pods", async () => {
    const url = new URL("checkout", await environment.output("shopUrl"));
    const body = new URLSearchParams({ name: "x", card: "x" });
    const answer = await fetch(url, { method: "POST", body, headers: { origin: "https://evil.example" } });
    expect(answer.status).toBe(403);
    expect(answer.headers.get("set-cookie")).toBeNull();
    expect(answer.headers.get("x-node-name")).toBeNull();
  });

  it("takes no more than its namespace may", async () => {
    const read = ["get", "resourcequota,limitrange", "-n", "shop", "-o", "name"];
    expect(await environment.kubectl(...read)).toContain("resourcequota/limits");
    expect(await environment.kubectl(...read)).toContain("limitrange/limits");
    const nodePort = service({ type: "NodePort" });
    await expect(environment.apply(nodePort)).rejects.toThrow(/exceeded quota/);
  });
});

test("a node's certificate reads no Secret without a line in the audit log", async () => {
  const name = (
    await environment.kubectl("get", "secrets", "-n", "shop", "-o", "jsonpath={.items[0].metadata.name}")
  ).trim();
  const kubelet = ["kubectl", "--kubeconfig", "/etc/kubernetes/kubelet.conf", "get", "secret", "-n", "shop"];
  // Whether this node may is the authorizer's matter; that it asked is the log's.
  await environment.inMachine("worker-0", ...kubelet, name).catch(() => "");
  const log = new AuditLog(new LiveMachine(environment, "control-plane-0"));
  const events = await eventually(
    20,
    () => log.entriesOf(name),
    (seen) => seen.some(({ user }) => user.username === "system:node:worker-0"),
  );
  expect(events.every(({ level }) => level === "Metadata")).toBe(true);
});

interface Machine {
  readonly name: string;
  readonly address: string;
}

describe("a scan", () => {
  let machines: Machine[] = [];
  let others: Record<string, string> = {};

  beforeAll(async () => {
    const format =
      'jsonpath={range .items[*]}{.metadata.name} {.status.addresses[?(@.type=="InternalIP")].address}{"\\n"}{end}';
    const lines = (await environment.kubectl("get", "nodes", "-o", format)).split("\n");
    machines = lines.map((line) => {
      const [name = "", address = ""] = line.split(" ");
      return { name, address };
    });
    others = Object.fromEntries(
      await Promise.all(
        ["load-balancer", "registry"].map(async (name) => {
          const format = ["inspect", "--format", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"];
          return [name, await environment.docker(format, name)] as const;
        }),
      ),
    );
  });

  /** What the list says of an address. */
  function listed(name: string): number[] {
    const places = {
      "load-balancer": ["the load balancer"],
      registry: ["the registry"],
    }[name] ?? ["every machine", ...(name.startsWith("control-plane") ? ["control planes"] : [])];
    return openPorts
      .filter(({ where }) => places.includes(where))
      .map(({ port }) => port)
      .sort((one, other) => one - other);
  }

  it(
    "of every address from a pod in `default` finds the ports of the list, and no other",
    async () => {
      const targets = [
        ...machines.map(({ name, address }) => [name, address] as const),
        ...Object.entries(others),
      ];
      for (const [name, address] of targets) {
        const found = await openPortsFrom(environment, probe, [address]);
        expect({ name, open: found[address] }).toEqual({ name, open: listed(name) });
      }
    },
    minutes(10),
  );

  it(
    "of the gateway finds nothing of the environment's, which is on 127.0.0.1",
    async () => {
      const [first] = machines;
      const gateway = (first?.address ?? "").replace(/\d+$/, "1");
      const found = await openPortsFrom(environment, probe, [gateway]);
      const listed = await environment.docker(["port"], "load-balancer");
      const published = [...listed.matchAll(/:(\d+)$/gm)].map(([, port]) => Number(port));
      expect(published.length).toBeGreaterThan(1);
      expect(found[gateway]?.filter((port) => published.includes(port))).toEqual([]);
    },
    minutes(3),
  );

  it(
    "from the shop's own pods, and of another environment's network, finds nothing",
    async () => {
      const inShop: Asker = { namespace: "shop", target: "deployment/catalog" };
      const all = [...machines.map(({ address }) => address), ...Object.values(others)];
      const ports = openPorts.map(({ port }) => port);
      const tried = `await Promise.all(${JSON.stringify(all)}.flatMap((host) => ${JSON.stringify(ports)}.map((port) =>
        new Promise((resolve) => {
          const socket = require("net").connect({ host, port, timeout: 2000 });
          const end = (open) => { socket.destroy(); resolve(open ? host + ":" + port : ""); };
          socket.on("connect", () => end(true)).on("timeout", () => end(false)).on("error", () => end(false));
        }))))`;
      const open = await evaluateIn<string[]>(environment, inShop, tried);
      expect(open.filter((each) => each !== "")).toEqual([]);
    },
    minutes(3),
  );

  it(
    "from a pod of each namespace finds no more than from `default`",
    async () => {
      const json = await environment.kubectl("get", "namespaces", "-o", "jsonpath={.items[*].metadata.name}");
      const namespaces = json
        .split(" ")
        .filter((name) => !["default", "kube-system", "kube-public", "kube-node-lease"].includes(name));
      const image = await environment.kubectl(
        ...["get", "deployment", "-n", "shop", "storefront", "-o"],
        "jsonpath={.spec.template.spec.containers[0].image}",
      );
      for (const namespace of namespaces) {
        await environment.apply(scanner(namespace, image));
        await environment.kubectl(
          ...["wait", "--for=condition=Ready", "-n", namespace, `pod/${attack}`, "--timeout=90s"],
        );
        const asker = { namespace, target: `pod/${attack}` };
        for (const { name, address } of machines) {
          const found = await openPortsFrom(environment, asker, [address], [1, 3000]);
          const known = listed(name).filter((port) => port <= 3000);
          expect({ namespace, name, more: found[address]?.filter((port) => !known.includes(port)) }).toEqual({
            namespace,
            name,
            more: [],
          });
        }
        await environment.kubectl("delete", "pod", attack, "-n", namespace, "--wait=false");
      }
    },
    minutes(10),
  );
});

/** A pod that every namespace takes. */
function scanner(namespace: string, image: string): object {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: attack, namespace },
    spec: {
      terminationGracePeriodSeconds: 0,
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: "RuntimeDefault" } },
      containers: [
        {
          name: "scanner",
          image,
          command: ["node", "-e", "setInterval(() => {}, 60_000)"],
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
        },
      ],
    },
  };
}
