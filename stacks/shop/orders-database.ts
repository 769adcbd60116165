import { Password } from "../../components/pki";
import { type DumpKeep, PostgresBackup, StatefulService } from "../../components/workloads";
import type { ServiceArgs, ServiceMaker } from "./service-maker";

/** As the cluster's own backups are. */
export interface DatabaseBackups {
  /** For whom they are encrypted; undefined: they are not. */
  readonly recipient: string | undefined;
  readonly keep: DumpKeep;
}

const name = "orders-db";
const login = { user: "shop", database: "shop" };

/**
 * The database of the shop's orders, in either shape of the shop the same one: it stays when the shop moves. It is backed
 * up each hour, to a volume that outlives the environment.
 * @returns what a service needs that keeps orders
 */
export function ordersDatabase(
  maker: ServiceMaker,
  { recipient, keep }: DatabaseBackups,
): Required<Pick<ServiceArgs, "talksTo" | "env" | "secrets">> {
  const { password } = new Password(`${name}-password`, { parent: maker.forPods.parent });
  const image = maker.databaseImage().reference;
  const database = new StatefulService(
    name,
    {
      ...maker.inNamespace,
      image,
      port: 5432,
      env: { POSTGRES_USER: login.user, POSTGRES_DB: login.database },
      secrets: { POSTGRES_PASSWORD: password },
      storage: { size: "2Gi", path: "/var/lib/postgresql/data" },
      probes: { command: ["pg_isready", "--quiet"] },
      resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { cpu: "1", memory: "512Mi" } },
    },
    maker.forPods,
  );
  new PostgresBackup(
    "orders-backup",
    {
      ...maker.inNamespace,
      image,
      database: { server: database, name: login.database, user: login.user, password },
      schedule: "0 * * * *",
      keep,
      ...(recipient !== undefined && { recipient }),
      storage: { size: "2Gi" },
    },
    { parent: maker.forPods.parent },
  );
  return {
    talksTo: [database],
    // The names that PostgreSQL's own clients know.
    env: {
      PGHOST: database.host,
      PGPORT: String(database.port),
      PGUSER: login.user,
      PGDATABASE: login.database,
    },
    secrets: { PGPASSWORD: password },
  };
}
