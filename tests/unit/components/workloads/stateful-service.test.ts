import { StatefulService, type StatefulServiceArgs } from "../../../../components/workloads";
import {
  containerOf,
  countByType,
  inputsOf,
  recordResources,
  type Registered,
  registeredBy,
  valueOf,
} from "../../../support/recorder";

beforeEach(() => {
  recordResources();
});

const base: StatefulServiceArgs = {
  namespace: "shop",
  image: "127.0.0.1:5000/postgres@sha256:00",
  port: 5432,
  storage: { class: "keep", size: "5Gi", path: "/data" },
};

const statefulSet = "kubernetes:apps/v1:StatefulSet";
const service = "kubernetes:core/v1:Service";
const networkPolicy = "kubernetes:networking.k8s.io/v1:NetworkPolicy";

function create(args: Partial<StatefulServiceArgs> = {}, name = "orders-db"): Promise<Registered[]> {
  return registeredBy((options) => new StatefulService(name, { ...base, ...args }, options));
}

test("registers exactly its objects, and a disruption budget for more than one pod", async () => {
  const one = {
    "slipway:workloads:StatefulService": 1,
    [statefulSet]: 1,
    "pulumi-nodejs:dynamic/workloads:RolloutStatus": 1,
    [service]: 2,
    "kubernetes:core/v1:ServiceAccount": 1,
    [networkPolicy]: 1,
  };
  expect(countByType(await create())).toEqual(one);
  recordResources();
  expect(countByType(await create({ replicas: 3 }))).toEqual({
    ...one,
    "kubernetes:policy/v1:PodDisruptionBudget": 1,
    // Its pods reach each other.
    [networkPolicy]: 2,
  });
});

test("gives each pod a claim of its own, which nothing deletes", async () => {
  const { spec } = inputsOf(await create(), statefulSet);
  expect(spec).toMatchObject({
    replicas: 1,
    serviceName: "orders-db-pods",
    podManagementPolicy: "Parallel",
    persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
    volumeClaimTemplates: [
      {
        metadata: { name: "data" },
        spec: {
          accessModes: ["ReadWriteOnce"],
          storageClassName: "keep",
          resources: { requests: { storage: "5Gi" } },
        },
      },
    ],
  });
});

test("takes the cluster's default class where none is named", async () => {
  const { spec } = inputsOf(await create({ storage: { size: "1Gi", path: "/data" } }), statefulSet);
  const [claim] = spec.volumeClaimTemplates as { spec: object }[];
  expect(claim?.spec).not.toHaveProperty("storageClassName");
});

test("runs as nobody, with a volume that is its own and a root that is read-only", async () => {
  const set = inputsOf(await create(), statefulSet);
  expect(set.spec.template.spec).toMatchObject({
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 60,
    securityContext: { runAsNonRoot: true, runAsUser: 65532, fsGroup: 65532 },
  });
  expect(containerOf(set)).toMatchObject({
    ports: [{ name: "main", containerPort: 5432 }],
    securityContext: { readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
    volumeMounts: [
      { name: "tmp", mountPath: "/tmp" },
      { name: "data", mountPath: "/data" },
    ],
  });
  expect(containerOf(set)).not.toHaveProperty("lifecycle");
});

test("runs as another user, and another program, if told so", async () => {
  const set = inputsOf(await create({ user: 1000, command: ["serve"] }), statefulSet);
  expect(set.spec.template.spec.securityContext).toMatchObject({ runAsUser: 1000, fsGroup: 1000 });
  expect(containerOf(set).command).toEqual(["serve"]);
});

const connects = { tcpSocket: { port: "main" } };

test.each([
  ["by connections", {}, connects, connects],
  ["by a command", { command: ["pg_isready"] }, { exec: { command: ["pg_isready"] } }, connects],
  [
    "over HTTP",
    { http: { liveness: "/alive", readiness: "/ready" } },
    { httpGet: { path: "/ready", port: "main" } },
    { httpGet: { path: "/alive", port: "main" } },
  ],
])("is asked %s how it is", async (_, probes, readiness, liveness) => {
  const container = containerOf(
    inputsOf(await create({ probes: { ...probes, startSeconds: 30 } }), statefulSet),
  );
  expect(container).toMatchObject({
    startupProbe: { failureThreshold: 30, periodSeconds: 1 },
    readinessProbe: readiness,
    livenessProbe: liveness,
  });
});

test("has an address that stays, and a name for each pod", async () => {
  const resources = await create();
  expect(inputsOf(resources, service, "orders-db").spec).not.toHaveProperty("clusterIP");
  expect(inputsOf(resources, service, "orders-db").spec).toMatchObject({
    ports: [{ port: 5432, targetPort: "main" }],
  });
  expect(inputsOf(resources, service, "orders-db-pods").spec).toMatchObject({
    clusterIP: "None",
    publishNotReadyAddresses: true,
  });
  const database = new StatefulService("other-db", base, {});
  expect(await valueOf(database.host)).toBe("other-db.shop");
  expect(await valueOf(database.podHost(1))).toBe("other-db-1.other-db-pods.shop");
});

test("throws one error that names every setting that cannot work", () => {
  const bad: Partial<StatefulServiceArgs> = {
    port: 80,
    replicas: -1,
    user: 0,
    storage: { class: "Keep!", size: "lots", path: "data" },
    probes: { command: [], http: { readiness: "ready" }, startSeconds: 0 },
    env: { A: "1" },
    secrets: { A: "2" },
  };
  expect(() => new StatefulService("Orders", { ...base, ...bad }, {})).toThrow(
    [
      'StatefulService "Orders" cannot work:',
      '  - name is "Orders": give 1 to 58 of a-z, 0-9 and "-", with a letter first and no "-" last',
      "  - replicas is -1: give a whole number from 0",
      "  - port is 80: give a whole number from 1024 to 65535, as it does not run as root",
      "  - user is 0: give a whole number from 1 to 65535, as root is not allowed",
      '  - storage.size is "lots": give a size such as 10Gi',
      '  - storage.class is "Keep!": give the name of a storage class',
      '  - a name in secrets is "A": it is in env too: give it once',
      '  - a path in files and volumes is "data": give an absolute path below "/" without "." or ".." in it',
      "  - probes.command is []: give a program first",
      '  - probes.http is {"readiness":"ready"}: give one of command and http',
      '  - probes.http.readiness is "ready": give a path that begins with "/"',
      "  - probes.startSeconds is 0: give a whole number from 1 to 3600",
    ].join("\n"),
  );
});
