import { PostgresBackup, type PostgresBackupArgs } from "../../../../components/workloads";
import {
  countByType,
  inputsOf,
  type PodTemplate,
  recordResources,
  type Registered,
  registeredBy,
} from "../../../support/recorder";

beforeEach(() => {
  recordResources();
});

const server = { serviceName: "orders-db", namespace: "shop" };
const base: PostgresBackupArgs = {
  namespace: "shop",
  image: "127.0.0.1:5000/postgres@sha256:00",
  database: { server, password: "sesame" },
};
const cronJob = "kubernetes:batch/v1:CronJob";

const create = (args: Partial<PostgresBackupArgs> = {}) =>
  registeredBy((options) => new PostgresBackup("orders-backup", { ...base, ...args }, options));

function containerIn(resources: readonly Registered[], name: string): Record<string, unknown> {
  const { jobTemplate } = inputsOf(resources, cronJob, name).spec as unknown as {
    jobTemplate: { spec: { template: PodTemplate } };
  };
  const [container] = jobTemplate.spec.template.spec.containers;
  return container ?? {};
}

test("registers exactly its objects", async () => {
  expect(countByType(await create())).toEqual({
    "slipway:workloads:PostgresBackup": 1,
    [cronJob]: 2,
    "kubernetes:core/v1:ServiceAccount": 1,
    "kubernetes:core/v1:Secret": 1,
    "kubernetes:core/v1:ConfigMap": 1,
    "kubernetes:core/v1:PersistentVolumeClaim": 1,
    "kubernetes:networking.k8s.io/v1:NetworkPolicy": 2,
  });
});

test("makes one each night, and restores only when somebody says so", async () => {
  const resources = await create();
  const backup = inputsOf(resources, cronJob, "orders-backup");
  expect(backup).toMatchObject({
    metadata: { labels: { "slipway.dev/database-backup": "backup" } },
    spec: { schedule: "0 3 * * *", concurrencyPolicy: "Forbid" },
  });
  expect(backup.spec).not.toHaveProperty("suspend");
  expect(inputsOf(resources, cronJob, "orders-backup-restore")).toMatchObject({
    metadata: { labels: { "slipway.dev/database-backup": "restore" } },
    spec: { suspend: true, jobTemplate: { spec: { backoffLimit: 0 } } },
  });
  expect(containerIn(resources, "orders-backup").command).toEqual([
    "bash",
    "/scripts/postgres-backups.sh",
    "backup",
  ]);
});

test("reaches the database, on PostgreSQL's port unless told otherwise, and nobody else", async () => {
  const policies = async (args: Partial<PostgresBackupArgs> = {}) => {
    recordResources();
    const resources = await create(args);
    const { egress } = inputsOf(
      resources,
      "kubernetes:networking.k8s.io/v1:NetworkPolicy",
      "orders-backup",
    ).spec;
    return (egress as { ports: { port: number }[] }[]).map(({ ports }) => ports.map(({ port }) => port));
  };
  expect(await policies()).toEqual([[53, 53], [5432]]);
  const database = { ...base.database, server: { ...server, port: 6000 } };
  expect(await policies({ database })).toEqual([[53, 53], [6000]]);
});

test("knows the password from a Secret only, and everything else from variables", async () => {
  const resources = await create({
    database: { ...base.database, user: "shop", name: "orders" },
    keep: { last: 3, daily: 0 },
    recipient: "age1everybody",
  });
  const container = containerIn(resources, "orders-backup");
  const env = container.env as { name: string; value?: string }[];
  const values = Object.fromEntries(env.map(({ name, value }) => [name, value]));
  expect(values).toMatchObject({
    PGHOST: "orders-db.shop",
    PGPORT: "5432",
    PGUSER: "shop",
    PGDATABASE: "orders",
    KEEP: "3 24 0 4",
    RECIPIENT: "age1everybody",
  });
  expect(values).not.toHaveProperty("PGPASSWORD");
  expect(container.envFrom).toHaveLength(1);
  // A backup that tries again after the password changed finds the new one.
  expect(inputsOf(resources, "kubernetes:core/v1:Secret").metadata.name).toBe("orders-backup");
});

test("puts them where they outlive the environment", async () => {
  expect(inputsOf(await create(), "kubernetes:core/v1:PersistentVolumeClaim")).toMatchObject({
    metadata: { name: "orders-backup-backups" },
    spec: { storageClassName: "keep", resources: { requests: { storage: "5Gi" } } },
  });
});

test("throws one error that names every setting that cannot work", () => {
  const server = { ...base.database.server, port: 65536 };
  const database = { ...base.database, server, name: "a; DROP", user: "1st" };
  const storage = { size: "much", class: "Fast" };
  const keep = { last: 0, hourly: 0, weekly: -1 };
  const bad = { database, keep, schedule: "never", storage, deadlineSeconds: 0 };
  expect(() => new PostgresBackup("orders-backup", { ...base, ...bad }, {})).toThrow(
    [
      'PostgresBackup "orders-backup" cannot work:',
      "  - database.server.port is 65536: give a whole number from 1 to 65535",
      '  - schedule is "never": give minute, hour, day, month and weekday such as "30 3 * * *", or "@daily"',
      "  - keep.last is 0: give a whole number from 1",
      "  - keep.weekly is -1: give a whole number from 0",
      "  - deadlineSeconds is 0: give a whole number from 1 to 86400",
      '  - storage.size is "much": give a size such as 10Gi',
      '  - storage.class is "Fast": give the name of a storage class',
      '  - database.name is "a; DROP": give 1 to 63 of a-z, A-Z, 0-9 and "_" that no digit begins',
      '  - database.user is "1st": give 1 to 63 of a-z, A-Z, 0-9 and "_" that no digit begins',
    ].join("\n"),
  );
});
