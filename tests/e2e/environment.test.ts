import { once } from "node:events";
import { connect, type IncomingHttpHeaders } from "node:http2";
import { text } from "node:stream/consumers";

import { eventually, TestEnvironment } from "../support/test-environment";
import { describeApiThreeWays } from "./api-three-ways";
import { describeAttacks } from "../support/attacks";
import { describeBenchmark } from "./benchmark";
import { describeHardening } from "./hardening";

/** The secrets that an environment has, in the forms in which they would be readable. */
const secretForms = /BEGIN [A-Z ]*PRIVATE KEY|client-key-data|[a-z0-9]{6}\.[a-z0-9]{16}(?![a-z0-9])/;

const environment = new TestEnvironment({
  pools: [{ name: "worker", count: 2, labels: { disk: "fast" } }],
});

const minutes = (count: number): number => count * 60_000;

let firstPreview = "";
let firstUp = "";

beforeAll(async () => {
  await environment.create();
  firstPreview = (await environment.pulumi("preview")).output;
  firstUp = await environment.up();
}, minutes(12));

afterAll(async () => {
  await environment.destroy();
}, minutes(5));

interface NodeList {
  items: {
    metadata: { name: string; labels: Record<string, string> };
    spec: { taints?: { key: string }[] };
    status: { conditions: { type: string; status: string }[]; nodeInfo: { kubeletVersion: string } };
  }[];
}

const shop = async (path: string): Promise<Response> =>
  await fetch((await environment.output("shopUrl")) + path);

/** The value of an expression that Node evaluates in a service's pod, as JSON. */
async function inPod(service: string, expression: string): Promise<string> {
  const script = `(async () => console.log(JSON.stringify(${expression})))()`;
  const target = ["-n", "shop", `deployment/${service}`];
  return (await environment.kubectl("exec", ...target, "--", "node", "-e", script)).trim();
}

describe("a preview of an empty stack", () => {
  it("lists every kind of resource, from networks to microservices", () => {
    for (const type of [
      "docker:index:Network",
      "docker:index:Volume",
      "docker:index:Container",
      "docker:index:RemoteImage",
      "slipway:pki:ClusterIdentity",
      "slipway:cluster:KubernetesCluster",
      "slipway:platform:Platform",
      "kubernetes:apps/v1:DaemonSet",
      "kubernetes:storage.k8s.io/v1:StorageClass",
      "slipway:workloads:Microservice",
    ]) {
      expect(firstPreview).toContain(type);
    }
    expect(firstPreview).toMatch(/\+ \d+ to create/);
  });
});

describe("an environment that is up", () => {
  it("said what each machine was doing meanwhile", () => {
    for (const [machine, step] of [
      ["control-plane-0", "kubeadm init"],
      ["worker-0", "waiting for the API"],
      ["worker-1", "waiting for the API"],
    ]) {
      expect(firstUp).toContain(`${machine}: ${step}`);
      expect(firstUp).toContain(`${machine}: node is ready`);
    }
  });

  it(
    "does not change when it is brought up again",
    async () => {
      const { output, failed } = await environment.pulumi("up", "--yes", "--expect-no-changes");
      expect({ failed, output: failed ? output : "" }).toEqual({ failed: false, output: "" });
    },
    minutes(3),
  );

  it("has every machine as a ready node, with its labels and taints", async () => {
    const { items } = JSON.parse(await environment.kubectl("get", "nodes", "-o", "json")) as NodeList;
    const nodes = items.map(({ metadata, spec, status }) => ({
      name: metadata.name,
      ready: status.conditions.find(({ type }) => type === "Ready")?.status,
      disk: metadata.labels.disk,
      taints: spec.taints?.map(({ key }) => key),
    }));
    expect(nodes).toEqual([
      {
        name: "control-plane-0",
        ready: "True",
        disk: undefined,
        taints: ["node-role.kubernetes.io/control-plane"],
      },
      { name: "worker-0", ready: "True", disk: "fast", taints: undefined },
      { name: "worker-1", ready: "True", disk: "fast", taints: undefined },
    ]);
  });

  it.each(["control-plane-0", "worker-0", "worker-1"])(
    "runs the kubelet and containerd as systemd services on %s",
    async (machine) => {
      const services = ["kubelet.service", "containerd.service"];
      expect(await environment.inMachine(machine, "systemctl", "is-active", ...services)).toBe(
        "active\nactive",
      );
    },
  );

  it("shows no secret in previews, in the log of an update, or in the exported state", async () => {
    const { output: state } = await environment.pulumi("stack", "export");
    expect(state).toContain("ciphertext");
    for (const text of [firstPreview, firstUp, state]) {
      expect(secretForms.exec(text)?.[0]).toBeUndefined();
    }
  });
});

describe("the shop", () => {
  it("answers on this host with products that the storefront had from the catalog", async () => {
    const response = await shop("");
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toContain("text/html");
    const list = `(await (await fetch("http://catalog/products")).json()).products.map((p) => p.name)`;
    const products = JSON.parse(await inPod("storefront", list)) as string[];
    expect(products.length).toBeGreaterThan(3);
    const page = await response.text();
    for (const name of products)
      expect(page).toContain(name.replaceAll("&", "&amp;").replaceAll("'", "&#39;"));
  });

  it("answers over HTTP/2, as browsers ask where there is TLS", async () => {
    const url = new URL(await environment.output("shopTlsUrl"));
    const session = connect(url, { ca: await environment.output("webAuthority") });
    try {
      const request = session.request({ ":path": "/" });
      const [headers] = (await once(request, "response")) as [IncomingHttpHeaders];
      expect(headers[":status"]).toBe(200);
      // A stream that is ended for a wrong header has no body.
      expect(await text(request)).toContain("</html>");
    } finally {
      session.destroy();
    }
  });

  it("runs images by digest from the environment's own registry", async () => {
    const images = await environment.kubectl(
      ...["get", "pods", "-n", "shop", "-o", "jsonpath={.items[*].spec.containers[*].image}"],
    );
    for (const image of images.split(" "))
      expect(image).toMatch(/^127\.0\.0\.1:\d+\/[a-z]+@sha256:[0-9a-f]{64}$/);
  });

  it("keeps its catalog to itself: a pod that nobody said may talk to it cannot", async () => {
    const answer = (service: string, url: string): Promise<string> =>
      inPod(
        service,
        `await fetch("${url}", { signal: AbortSignal.timeout(3000) }).then((r) => r.status, () => "refused")`,
      );
    expect(await answer("storefront", "http://catalog/healthz")).toBe("200");
    expect(await answer("catalog", "http://storefront/healthz")).toBe('"refused"');
  });
});

interface Claim {
  metadata: { name: string };
  spec: { volumeName?: string };
  status: { phase: string };
}

describe("storage", () => {
  const image = async (): Promise<string> =>
    await environment.kubectl(
      ...[
        "get",
        "deployment",
        "-n",
        "shop",
        "catalog",
        "-o",
        "jsonpath={.spec.template.spec.containers[0].image}",
      ],
    );

  const claim = (name: string, storageClassName?: string): object => ({
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name, namespace: "default" },
    spec: {
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: "16Mi" } },
      ...(storageClassName ? { storageClassName } : {}),
    },
  });

  const writer = (name: string, withImage: string): object => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default" },
    spec: {
      restartPolicy: "Never",
      containers: [
        {
          name: "writer",
          image: withImage,
          command: ["node", "-e", "require('fs').writeFileSync('/data/file', 'kept words')"],
          volumeMounts: [{ name: "data", mountPath: "/data" }],
          securityContext: { runAsUser: 0 },
        },
      ],
      volumes: [{ name: "data", persistentVolumeClaim: { claimName: name } }],
    },
  });

  /** Writes to a claim of a class, deletes both, and gives the name of the volume. */
  async function writeAndDelete(name: string, storageClass?: string): Promise<string> {
    await environment.apply(claim(name, storageClass), writer(name, await image()));
    await eventually(
      90,
      () => environment.kubectl("get", "pod", name, "-o", "jsonpath={.status.phase}"),
      (phase) => phase === "Succeeded",
    );
    const bound = JSON.parse(await environment.kubectl("get", "pvc", name, "-o", "json")) as Claim;
    expect(bound.status.phase).toBe("Bound");
    await environment.kubectl("delete", "pod,pvc", name);
    return bound.spec.volumeName ?? "";
  }

  const volumes = (): Promise<string> =>
    environment.kubectl("get", "pv", "-o", "jsonpath={.items[*].metadata.name}");

  it("has two classes, of which the recycling one is the default", async () => {
    const classes = JSON.parse(await environment.kubectl("get", "storageclass", "-o", "json")) as {
      items: { metadata: { name: string; annotations?: Record<string, string> }; reclaimPolicy: string }[];
    };
    const isDefault = "storageclass.kubernetes.io/is-default-class";
    expect(
      classes.items.map(({ metadata, reclaimPolicy }) => [
        metadata.name,
        reclaimPolicy,
        metadata.annotations?.[isDefault] ?? "false",
      ]),
    ).toEqual([
      ["keep", "Retain", "false"],
      ["recycle", "Delete", "true"],
    ]);
  });

  it(
    "recycles a volume of the default class with its claim",
    async () => {
      const volume = await writeAndDelete("recycled");
      await eventually(60, volumes, (names) => !names.includes(volume));
    },
    minutes(4),
  );

  it(
    "keeps a volume of the keeping class, and what was written, after its claim",
    async () => {
      const volume = await writeAndDelete("kept", "keep");
      const kept = JSON.parse(await environment.kubectl("get", "pv", volume, "-o", "json")) as {
        spec: { hostPath?: { path: string }; local?: { path: string }; nodeAffinity?: object };
      };
      await eventually(
        30,
        () => environment.kubectl("get", "pv", volume, "-o", "jsonpath={.status.phase}"),
        (phase) => phase === "Released",
      );
      // It lies where every machine reaches it.
      expect(kept.spec.nodeAffinity).toBeUndefined();
      const directory = kept.spec.hostPath?.path ?? kept.spec.local?.path ?? "";
      for (const machine of ["worker-0", "worker-1"]) {
        expect(await environment.inMachine(machine, "cat", `${directory}/file`)).toBe("kept words");
      }
    },
    minutes(4),
  );
});

describe("the platform", () => {
  it("resolves names inside and leads to Services", async () => {
    const look = `(await require("dns").promises.lookup("kubernetes.default.svc.cluster.local")).address`;
    expect(await inPod("storefront", look)).toBe('"10.96.0.1"');
  });

  it(
    "measures nodes and pods",
    async () => {
      const top = await eventually(
        120,
        () => environment.kubectl("top", "nodes", "--no-headers").catch((error: unknown) => String(error)),
        (output) => /^control-plane-0\s+\d+m/m.test(output),
      );
      expect(top).toMatch(/worker-1\s+\d+m/);
    },
    minutes(3),
  );

  it("proxies with nftables", async () => {
    const tables = await environment.inMachine("worker-0", "nft", "list", "tables");
    expect(tables).toContain("table ip kube-proxy");
  });

  it("enforces Pod Security baseline where a namespace says nothing", async () => {
    const privileged = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "privileged", namespace: "default" },
      spec: { containers: [{ name: "x", image: "x", securityContext: { privileged: true } }] },
    };
    await expect(environment.apply(privileged)).rejects.toThrow(/violates PodSecurity "baseline/);
  });
});

describeApiThreeWays(environment);
// Before others leave something in the namespace `default`.
describeBenchmark(environment);
describeHardening(environment);
describeAttacks(environment);
