import * as path from "node:path";

import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { ServiceImage } from "../../../components/images";
import {
  Job,
  PostgresBackup,
  ScheduledJob,
  StatefulService,
  WorkloadNamespace,
} from "../../../components/workloads";
import { contentKey } from "../../../toolchain/content-key";
import { imageName } from "../../../toolchain/images";

const config = new pulumi.Config();
const environment = new pulumi.StackReference(config.require("environment"));
const password = config.requireSecret("password");

const provider = new k8s.Provider("cluster", {
  kubeconfig: environment.requireOutput("kubeconfig"),
  clusterIdentifier: config.require("environment"),
});
const options = { provider };

const context = path.join(__dirname, "..", "..", "..", "services", "postgres");
const base = imageName("debian");
const image = new ServiceImage("postgres", {
  registry: environment.requireOutput("registry") as pulumi.Output<string>,
  repository: "postgres",
  tag: contentKey(context, base),
  context,
  dockerfile: "Dockerfile",
  buildArgs: { BASE: base },
}).reference;

const namespace = new WorkloadNamespace("data", options).namespaceName;

const login = { user: "team", name: "team" };
const database = new StatefulService(
  "orders-db",
  {
    namespace,
    image,
    port: 5432,
    env: { POSTGRES_USER: login.user, POSTGRES_DB: login.name },
    secrets: { POSTGRES_PASSWORD: password },
    storage: { class: "keep", size: "1Gi", path: "/var/lib/postgresql/data" },
    probes: { command: config.getObject<string[]>("probe") ?? ["pg_isready", "--quiet"], startSeconds: 30 },
    termination: { stopSeconds: 20 },
  },
  options,
);

new PostgresBackup(
  "orders-db-backup",
  {
    namespace,
    image,
    database: { server: database, ...login, password },
    schedule: "* * * * *",
    keep: { last: 2, hourly: 0, daily: 0, weekly: 0 },
    storage: { size: "1Gi" },
  },
  options,
);

const client = {
  namespace,
  image,
  talksTo: [database],
  env: { PGHOST: database.host, PGUSER: login.user, PGDATABASE: login.name },
  secrets: { PGPASSWORD: password },
};
const visit = "CREATE TABLE IF NOT EXISTS visits (who text PRIMARY KEY); INSERT INTO visits VALUES";
/** Once the pod's network policies are in force: docs/workloads.md says why. */
const psql = (sql: string): string[] => [
  "bash",
  "-c",
  'until pg_isready --quiet; do sleep 0.5; done; exec psql -c "$0"',
  sql,
];
new Job(
  "visit",
  { ...client, command: psql(`${visit} ('${config.require("visitor")}') ON CONFLICT DO NOTHING`) },
  { ...options, dependsOn: [database] },
);
new ScheduledJob("look", { ...client, command: psql("SELECT 1"), schedule: "* * * * *" }, options);
