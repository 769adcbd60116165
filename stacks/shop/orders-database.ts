import { Password } from "../../components/pki";
import { StatefulService } from "../../components/workloads";
import type { ServiceArgs, ServiceMaker } from "./service-maker";

const name = "orders-db";
const login = { user: "shop", database: "shop" };

/**
 * The database of the shop's orders, in either shape of the shop the same one: it stays when the shop moves.
 * @returns what a service needs that keeps orders
 */
export function ordersDatabase(
  maker: ServiceMaker,
): Required<Pick<ServiceArgs, "talksTo" | "env" | "secrets">> {
  const { password } = new Password(`${name}-password`, { parent: maker.forPods.parent });
  const database = new StatefulService(
    name,
    {
      ...maker.inNamespace,
      image: maker.databaseImage().reference,
      port: 5432,
      env: { POSTGRES_USER: login.user, POSTGRES_DB: login.database },
      secrets: { POSTGRES_PASSWORD: password },
      storage: { size: "2Gi", path: "/var/lib/postgresql/data" },
      probes: { command: ["pg_isready", "--quiet"] },
      resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { cpu: "1", memory: "512Mi" } },
    },
    maker.forPods,
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
