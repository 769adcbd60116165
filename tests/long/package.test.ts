// Nightly (`make test-clusters`): 6 minutes.
import { existsSync } from "node:fs";
import * as path from "node:path";

import { loadConfig } from "../../stacks/config";
import { toolchainFacts } from "../../stacks/toolchain-facts";
import { imageName } from "../../toolchain/images";
import { make, PackageConsumer } from "../support/package-consumer";
import { eventually, TestEnvironment } from "../support/test-environment";

const minutes = (count: number): number => count * 60_000;

const ownMicroservice = new PackageConsumer("own-microservice");
const ownCluster = new PackageConsumer("own-cluster");
const consumers = [ownMicroservice, ownCluster];

let tarball = "";

beforeAll(async () => {
  tarball = await make("package");
  for (const consumer of consumers) await consumer.install(tarball);
}, minutes(8));

afterAll(() => {
  for (const consumer of consumers) consumer.remove();
});

describe("the package", () => {
  it("holds the components and their types, and nothing of the toolchain or the stacks", async () => {
    const files = (await ownCluster.run("tar", "-tzf", tarball)).trim().split("\n");
    const outside = files.filter(
      (file) =>
        !/^package\/((dist|components)\/|(README|LICENSE|CHANGELOG)(\.md)?$|package\.json$)/.test(file),
    );
    expect(outside).toEqual([]);
    for (const file of ["index.js", "index.d.ts", "platform/files/Corefile"]) {
      expect(files).toContain(`package/dist/${file}`);
    }
  });

  it("comes with a reference of every public type", () => {
    for (const page of [
      "classes/index.KubernetesCluster.html",
      "interfaces/index.MicroserviceReference.html",
      "classes/machines_aws.AwsMachines.html",
    ]) {
      expect(existsSync(path.join(path.dirname(tarball), "dist-docs", page))).toBe(true);
    }
  });

  it.each(consumers)(
    "gives an example types that fit, and leaves it with one copy of Pulumi's SDK",
    async (consumer) => {
      await consumer.run("npx", "--no-install", "tsc", "-p", ".");
      const copies = await consumer.run("npm", "query", '[name="@pulumi/pulumi"]');
      expect(JSON.parse(copies)).toHaveLength(1);
    },
    minutes(3),
  );
});

describe("a microservice of another project in a running environment", () => {
  const environment = new TestEnvironment({ pools: [{ name: "worker", count: 1 }] });
  const settings = {
    environment: `organization/slipway/${environment.name}`,
    baseImage: imageName("node"),
  };
  const addition = new TestEnvironment(settings, ownMicroservice.folder, environment);

  /** The value of an expression that Node evaluates in a pod, as JSON. */
  const inPod = async (namespace: string, pod: string, expression: string): Promise<string> => {
    const script = `(async () => console.log(JSON.stringify(${expression})))()`;
    return await environment.kubectl("exec", "-n", namespace, pod, "--", "node", "-e", script);
  };
  /** What a pod gets from a URL: the status, or the reason that it got none. */
  const fetched = (url: string): string =>
    `await fetch("${url}", { signal: AbortSignal.timeout(3000) }).then((r) => r.status, (e) => e.name)`;

  const noAnswer = /^"\w+Error"$/;

  beforeAll(async () => {
    await environment.create();
    await environment.up();
    await addition.create();
    await addition.up();
  }, minutes(15));

  afterAll(async () => {
    try {
      await addition.destroy();
    } finally {
      await environment.destroy();
    }
  }, minutes(6));

  it("is there, with all its pods", async () => {
    const deployment = ["get", "deployment", "reviews", "-n", "reviews"];
    const available = await environment.kubectl(...deployment, "-o", "jsonpath={.status.availableReplicas}");
    expect(available).toBe("2");
    expect(await addition.output("url")).toBe("http://reviews.reviews");
  });

  it("reaches the microservice of the other stack that it talks to, and no other", async () => {
    const own = `await (await fetch("http://localhost:8080/reviews")).json()`;
    const reviews = await eventually(
      30,
      async () => JSON.parse(await inPod("reviews", "deployment/reviews", own)) as { product: string }[],
      (answer) => Array.isArray(answer),
    );
    expect(reviews.length).toBeGreaterThan(3);
    expect(await inPod("reviews", "deployment/reviews", fetched("http://storefront.shop/"))).toMatch(
      noAnswer,
    );
  }, 120_000);

  it("is alone in that: a pod that nobody's talksTo names gets no answer", async () => {
    const image = await environment.kubectl(
      ...["get", "deployment", "reviews", "-n", "reviews"],
      ...["-o", "jsonpath={.spec.template.spec.containers[0].image}"],
    );
    const command = ["node", "-e", "setInterval(() => {}, 1000)"];
    await environment.apply({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "stranger", namespace: "default" },
      spec: { terminationGracePeriodSeconds: 0, containers: [{ name: "stranger", image, command }] },
    });
    await environment.kubectl("wait", "--for=condition=Ready", "pod/stranger", "--timeout=60s");
    // It has a network, and no policy of its own: what it lacks is the catalog's consent.
    const others = fetched("http://skipper.ingress/");
    await eventually(
      30,
      () => inPod("default", "stranger", others),
      (status) => status === "200",
    );
    expect(await inPod("default", "stranger", fetched("http://catalog.shop/products"))).toMatch(noAnswer);
  }, 120_000);

  it(
    "does not change when it is brought up again",
    async () => {
      const { output, failed } = await addition.pulumi("up", "--yes", "--expect-no-changes");
      expect({ failed, output: failed ? output : "" }).toEqual({ failed: false, output: "" });
    },
    minutes(3),
  );

  it(
    "goes without a trace in the environment",
    async () => {
      const { output, failed } = await addition.pulumi("destroy", "--yes", "--skip-preview");
      expect({ failed, output: failed ? output : "" }).toEqual({ failed: false, output: "" });
      const policies = await environment.kubectl("get", "networkpolicies", "-A", "-o", "name");
      expect(policies).toContain("storefront-to-catalog");
      expect(policies).not.toContain("reviews");
    },
    minutes(3),
  );
});

describe("a cluster of the components alone", () => {
  let cluster: TestEnvironment | undefined;
  const made = (): TestEnvironment => {
    if (cluster === undefined) throw new Error("there is no cluster: its set-up failed");
    return cluster;
  };

  beforeAll(async () => {
    // A network and ports that nobody else has, as an environment of that name would pick them.
    const [random = ""] = path.basename(ownCluster.folder).toLowerCase().split("-").slice(-1);
    const name = `own-${random}`;
    const { networks, ports } = loadConfig(name, {}, toolchainFacts());
    cluster = new TestEnvironment(
      {
        built: await make("images"),
        network: networks.machines,
        apiPort: ports.api,
        registryPort: ports.registry,
      },
      ownCluster.folder,
    );
    await cluster.create();
    await cluster.up();
  }, minutes(12));

  afterAll(async () => {
    await cluster?.destroy();
  }, minutes(5));

  it("has its machines as ready nodes", async () => {
    await made().kubectl("wait", "--for=condition=Ready", "nodes", "--all", "--timeout=30s");
    const names = await made().kubectl("get", "nodes", "-o", "jsonpath={.items[*].metadata.name}");
    expect(names).toBe("control-plane-0 worker-0");
    expect(await made().kubectl("get", "nodes", "-l", "disk=fast", "-o", "name")).toBe("node/worker-0");
  });

  it("has the platform in it", async () => {
    const names = await made().kubectl("get", "storageclasses", "-o", "jsonpath={.items[*].metadata.name}");
    expect(names).toBe("keep recycle");
    await made().kubectl("rollout", "status", "-n", "kube-system", "deployment/coredns", "--timeout=30s");
  });

  it("keeps its dynamic providers as code that needs no file of the package", async () => {
    const { output } = await made().pulumi("stack", "export");
    const { deployment } = JSON.parse(output) as {
      deployment: { resources: { inputs?: { __provider?: unknown } }[] };
    };
    const providers = deployment.resources.flatMap(({ inputs }) => inputs?.__provider ?? []);
    expect(providers.length).toBeGreaterThan(5);
    for (const provider of providers) expect(JSON.stringify(provider)).not.toContain("@slipway");
  });

  it(
    "does not change when it is brought up again",
    async () => {
      const { output, failed } = await made().pulumi("up", "--yes", "--expect-no-changes");
      expect({ failed, output: failed ? output : "" }).toEqual({ failed: false, output: "" });
    },
    minutes(3),
  );
});
