import {
  internet,
  Job,
  Microservice,
  type MicroserviceArgs,
  StatefulService,
  type StatefulServiceArgs,
} from "../../../../components/workloads";
import {
  type Container,
  containerOf,
  countByType,
  type Inputs,
  inputsOf,
  recordResources,
  type Registered,
  registeredBy,
} from "../../../support/recorder";

beforeEach(() => {
  recordResources();
});

const image = "127.0.0.1:5000/catalog@sha256:00";
const deployment = "kubernetes:apps/v1:Deployment";
const statefulSet = "kubernetes:apps/v1:StatefulSet";
const service = "kubernetes:core/v1:Service";
const policy = "kubernetes:networking.k8s.io/v1:NetworkPolicy";
const claim = "kubernetes:core/v1:PersistentVolumeClaim";

function create(args: Partial<MicroserviceArgs> = {}, name = "catalog"): Promise<Registered[]> {
  return registeredBy((options) => new Microservice(name, { namespace: "shop", image, ...args }, options));
}

function createStateful(args: Partial<StatefulServiceArgs> = {}): Promise<Registered[]> {
  const base = { namespace: "shop", image, port: 5432, storage: { size: "5Gi", path: "/data" } };
  return registeredBy((options) => new StatefulService("db", { ...base, ...args }, options));
}

interface Pod {
  readonly initContainers?: readonly Container[];
  readonly volumes: readonly { readonly name: string }[];
  readonly hostAliases?: unknown;
  readonly securityContext: unknown;
  readonly terminationGracePeriodSeconds: number;
}

const podOf = (inputs: Inputs): Pod => inputs.spec.template.spec as unknown as Pod;

describe("what a program is told", () => {
  test("arrives as it is written, in variables, the command and its arguments", async () => {
    const container = containerOf(
      inputsOf(
        await create({
          env: { A: "$$x $(PORT)" },
          command: ["sh", "-c", "echo $$ $(date)"],
          args: ["$HOME"],
        }),
        deployment,
      ),
    );
    // Of two the kubelet makes one: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/
    expect(container.env).toContainEqual({ name: "A", value: "$$$$x $$(PORT)" });
    expect(container).toMatchObject({ command: ["sh", "-c", "echo $$$$ $$(date)"], args: ["$$HOME"] });
  });
});

describe("folders that can be written to", () => {
  test("are those that are given, with a limit each, and /tmp", async () => {
    const scratch = ["/var/cache/nginx", { path: "/dev/shm", size: "1Gi", inMemory: true }];
    const inputs = inputsOf(await create({ scratch }), deployment);
    expect(podOf(inputs).volumes).toEqual([
      { name: "tmp", emptyDir: { sizeLimit: "64Mi" } },
      { name: "scratch-1", emptyDir: { sizeLimit: "64Mi" } },
      { name: "scratch-2", emptyDir: { sizeLimit: "1Gi", medium: "Memory" } },
    ]);
    expect(containerOf(inputs).volumeMounts).toEqual([
      { name: "tmp", mountPath: "/tmp" },
      { name: "scratch-1", mountPath: "/var/cache/nginx" },
      { name: "scratch-2", mountPath: "/dev/shm" },
    ]);
  });

  test("have /tmp once, as large as it is given, or as the volume that is there", async () => {
    const larger = inputsOf(await create({ scratch: [{ path: "/tmp", size: "2Gi" }] }), deployment);
    expect(podOf(larger).volumes).toEqual([{ name: "tmp", emptyDir: { sizeLimit: "2Gi" } }]);
    recordResources();
    const volumes = [{ name: "uploads", path: "/tmp", size: "1Gi" }];
    const kept = inputsOf(await create({ replicas: 1, volumes }), deployment);
    expect(podOf(kept).volumes.map(({ name }) => name)).toEqual(["uploads"]);
    expect(containerOf(kept).volumeMounts).toEqual([{ name: "uploads", mountPath: "/tmp" }]);
  });
});

test("a program runs as its user, and knows names that DNS does not", async () => {
  const hostAliases = [{ ip: "192.168.1.20", hostnames: ["erp.example.org"] }];
  const pod = podOf(inputsOf(await create({ user: 101, hostAliases }), deployment));
  expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 101, runAsGroup: 101 });
  expect(pod.hostAliases).toEqual(hostAliases);
});

test("programs before it and beside it share its folders, its limits on rights, and, if told so, what it is told", async () => {
  const inputs = inputsOf(
    await create({
      env: { LEVEL: "3" },
      scratch: ["/work"],
      initContainers: [{ name: "migrate", command: ["./migrate"], sharesConfiguration: true }],
      sidecars: [{ name: "proxy", image: "proxy@sha256:00", env: { LISTEN: "$1" } }],
    }),
    deployment,
  );
  const [proxy, migrate] = podOf(inputs).initContainers ?? [];
  expect(podOf(inputs).initContainers).toHaveLength(2);
  // A sidecar is there for what runs before the program, too.
  expect(proxy).toMatchObject({ name: "proxy", image: "proxy@sha256:00", restartPolicy: "Always" });
  expect(proxy?.env).toContainEqual({ name: "LISTEN", value: "$$1" });
  expect(JSON.stringify(proxy?.env)).not.toContain("LEVEL");
  expect(migrate).toMatchObject({ name: "migrate", image, command: ["./migrate"] });
  expect(migrate).not.toHaveProperty("restartPolicy");
  expect(migrate?.env).toContainEqual({ name: "LEVEL", value: "3" });
  for (const container of [proxy, migrate]) {
    expect(container).toMatchObject({
      securityContext: {
        allowPrivilegeEscalation: false,
        capabilities: { drop: ["ALL"] },
        readOnlyRootFilesystem: true,
      },
      volumeMounts: [
        { name: "tmp", mountPath: "/tmp" },
        { name: "scratch-1", mountPath: "/work" },
      ],
    });
  }
});

describe("ports", () => {
  test("besides the first one are the container's and, under their own numbers, the Service's", async () => {
    const resources = await create({ ports: { metrics: 9090, dns: { port: 5353, protocol: "UDP" } } });
    expect(inputsOf(resources, service).spec.ports).toEqual([
      { name: "http", port: 80, protocol: "TCP", targetPort: "http" },
      { name: "metrics", port: 9090, protocol: "TCP", targetPort: "metrics" },
      { name: "dns", port: 5353, protocol: "UDP", targetPort: "dns" },
    ]);
    const container = containerOf(inputsOf(resources, deployment));
    expect(container.ports).toEqual([
      { name: "http", containerPort: 8080, protocol: "TCP" },
      { name: "metrics", containerPort: 9090, protocol: "TCP" },
      { name: "dns", containerPort: 5353, protocol: "UDP" },
    ]);
    expect(container.env).toContainEqual({ name: "PORT", value: "8080" });
  });

  test("are none for one that answers nobody: it has no Service, is asked nothing and waits for nobody", async () => {
    const resources = await create({ port: "none" });
    expect(countByType(resources)[service]).toBeUndefined();
    const inputs = inputsOf(resources, deployment);
    for (const key of ["ports", "readinessProbe", "livenessProbe", "startupProbe", "lifecycle"]) {
      expect(containerOf(inputs)).not.toHaveProperty(key);
    }
    expect(containerOf(inputs).env).not.toContainEqual(expect.objectContaining({ name: "PORT" }));
    expect(podOf(inputs).terminationGracePeriodSeconds).toBe(25);
  });

  test("of one that answers nobody may be others than the first, which it is not told as its own", async () => {
    const resources = await create({ port: "none", ports: { metrics: 9090 }, env: { PORT: "no port" } });
    expect(inputsOf(resources, service).spec.ports).toEqual([
      { name: "metrics", port: 9090, protocol: "TCP", targetPort: "metrics" },
    ]);
    const { env } = containerOf(inputsOf(resources, deployment));
    expect((env as { name: string }[]).filter(({ name }) => name === "PORT")).toEqual([
      { name: "PORT", value: "no port" },
    ]);
  });

  test("of a StatefulService are on both of its Services, and its pods reach each other on all of them", async () => {
    const resources = await createStateful({ replicas: 2, ports: { metrics: 9187 } });
    for (const name of ["db", "db-pods"]) {
      expect(inputsOf(resources, service, name).spec.ports).toEqual([
        { name: "main", port: 5432, protocol: "TCP", targetPort: "main" },
        { name: "metrics", port: 9187, protocol: "TCP", targetPort: "metrics" },
      ]);
    }
    expect(inputsOf(resources, policy, "db-to-db").spec).toMatchObject({
      ingress: [{ ports: [{ port: 5432 }] }],
    });
    expect(inputsOf(resources, policy, "db-to-db-2").spec).toMatchObject({
      ingress: [{ ports: [{ port: 9187 }] }],
    });
  });
});

describe("network policies", () => {
  const shopPods = (name: string): object => ({
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "shop" } },
    podSelector: { matchLabels: { "app.kubernetes.io/name": name } },
  });

  test("let it out to networks outside, on the ports that are given, and to public addresses only if told so", async () => {
    const talksTo = [
      { cidrs: ["10.20.0.0/16"], ports: [5432, { port: 514, protocol: "UDP" as const }] },
      { ...internet, ports: [443] },
    ];
    const { egress } = inputsOf(await create({ talksTo }), policy).spec;
    expect((egress as unknown[]).slice(1)).toEqual([
      {
        to: [{ ipBlock: { cidr: "10.20.0.0/16" } }],
        ports: [
          { port: 5432, protocol: "TCP" },
          { port: 514, protocol: "UDP" },
        ],
      },
      {
        to: [
          {
            ipBlock: {
              cidr: "0.0.0.0/0",
              except: [
                "10.0.0.0/8",
                "100.64.0.0/10",
                "127.0.0.0/8",
                "169.254.0.0/16",
                "172.16.0.0/12",
                "192.168.0.0/16",
              ],
            },
          },
        ],
        ports: [{ port: 443, protocol: "TCP" }],
      },
    ]);
  });

  test("let those in that it names, on the ports that it names", async () => {
    const calledBy = [
      { namespace: "monitoring", labels: { app: "prometheus" }, ports: ["metrics"] },
      { namespace: "batch" },
    ];
    const resources = await create({ calledBy, ports: { metrics: 9090 } });
    const inNamespace = (name: string): object => ({ matchLabels: { "kubernetes.io/metadata.name": name } });
    expect(inputsOf(resources, policy).spec.ingress).toEqual([
      {
        from: [
          {
            namespaceSelector: inNamespace("monitoring"),
            podSelector: { matchLabels: { app: "prometheus" } },
          },
        ],
        ports: [{ port: 9090, protocol: "TCP" }],
      },
      {
        from: [{ namespaceSelector: inNamespace("batch"), podSelector: { matchLabels: {} } }],
        ports: [
          { port: 8080, protocol: "TCP" },
          { port: 9090, protocol: "TCP" },
        ],
      },
    ]);
  });

  test("have names of their own where two that it calls have one", async () => {
    const resources = await registeredBy((options) => {
      const metered = new Microservice(
        "metered",
        { namespace: "shop", image, ports: { admin: { port: 9000, protocol: "UDP" } } },
        options,
      );
      const elsewhere = { serviceName: "metered", namespace: "other" };
      return new Microservice(
        "caller",
        { namespace: "shop", image, talksTo: [metered, metered.on("admin"), elsewhere] },
        options,
      );
    });
    expect(inputsOf(resources, policy, "caller-to-metered").spec.ingress).toEqual([
      { from: [shopPods("caller")], ports: [{ port: 8080, protocol: "TCP" }] },
    ]);
    expect(inputsOf(resources, policy, "caller-to-metered-2").spec.ingress).toEqual([
      { from: [shopPods("caller")], ports: [{ port: 9000, protocol: "UDP" }] },
    ]);
    expect(inputsOf(resources, policy, "caller-to-metered-3").metadata).toMatchObject({ namespace: "other" });
  });

  test("cannot lead to a port that is not there", async () => {
    let problem = "";
    await registeredBy((options) => {
      const catalog = new Microservice("catalog", { namespace: "shop", image }, options);
      try {
        catalog.on("metrics");
      } catch (error) {
        problem = String(error);
      }
      return catalog;
    });
    expect(problem).toBe('Error: catalog has no port "metrics": give one of http');
  });
});

test("programs of one name in two namespaces have names of their own in Pulumi, and the one name in the cluster", async () => {
  const resources = await registeredBy((options) => {
    new Microservice("catalog", { namespace: "shop", image, secrets: { A: "1" } }, options);
    new StatefulService(
      "eu-db",
      { serviceName: "db", namespace: "eu", image, port: 5432, storage: { size: "1Gi", path: "/d" } },
      options,
    );
    new Job("eu-migrate", { jobName: "migrate", namespace: "eu", image }, options);
    return new Microservice(
      "eu-catalog",
      {
        serviceName: "catalog",
        namespace: "eu",
        image,
        replicas: 1,
        secrets: { A: "1" },
        roles: ["view"],
        volumes: [{ name: "uploads", path: "/up", size: "1Gi" }],
        talksTo: [{ serviceName: "cart", namespace: "shop" }],
      },
      options,
    );
  });
  const names = resources.map(({ name, type }) => `${type} ${name}`);
  expect(new Set(names).size).toBe(names.length);
  expect(inputsOf(resources, deployment, "eu-catalog").metadata).toMatchObject({
    name: "catalog",
    namespace: "eu",
  });
  expect(inputsOf(resources, claim, "eu-catalog-uploads").metadata).toMatchObject({
    name: "catalog-uploads",
  });
  expect(inputsOf(resources, policy, "eu-catalog-to-cart").metadata).toMatchObject({
    name: "catalog-to-cart",
  });
  expect(inputsOf(resources, statefulSet, "eu-db").metadata).toMatchObject({ name: "db", namespace: "eu" });
  expect(inputsOf(resources, "kubernetes:batch/v1:Job", "eu-migrate").metadata).toMatchObject({
    name: "migrate",
  });
});

test("a StatefulService has as many disks as it is given, each with a claim of each pod's", async () => {
  const disks = { wal: { size: "1Gi", path: "/wal", class: "fast" } };
  const inputs = inputsOf(await createStateful({ disks }), statefulSet);
  expect(inputs.spec.volumeClaimTemplates).toMatchObject([
    { metadata: { name: "data" }, spec: { resources: { requests: { storage: "5Gi" } } } },
    {
      metadata: { name: "wal" },
      spec: { resources: { requests: { storage: "1Gi" } }, storageClassName: "fast" },
    },
  ]);
  expect(containerOf(inputs).volumeMounts).toEqual([
    { name: "tmp", mountPath: "/tmp" },
    { name: "data", mountPath: "/data" },
    { name: "wal", mountPath: "/wal" },
  ]);
});
