import {
  containerFacts,
  etcdCredentials,
  etcdMembers,
  type EtcdMember,
  nodesOf,
  troubledPods,
} from "./cluster-facts";
import { askDatabase } from "./shop-load";
import { eventually, type TestEnvironment } from "./test-environment";

/** Waits until every machine is a ready node that takes pods, every pod runs and the shop answers. */
export async function isWell(environment: TestEnvironment, machines: readonly string[]): Promise<void> {
  await eventually(
    180,
    async () => {
      const nodes = await nodesOf(environment).catch(() => []);
      return nodes.filter(({ isReady, isCordoned }) => isReady && !isCordoned).map(({ name }) => name);
    },
    (ready) => machines.every((machine) => ready.includes(machine)),
  );
  await eventually(
    180,
    () => troubledPods(environment).catch((error: unknown) => [String(error)]),
    (troubled) => troubled.length === 0,
  );
  await eventually(
    60,
    () => environment.shopStatus(),
    (status) => status === 200,
  );
}

/** Runs `pulumi up`, and throws what it said when there was something to change. */
export async function changesNothing(environment: TestEnvironment): Promise<void> {
  const { output, failed } = await environment.pulumi("up", "--yes", "--expect-no-changes");
  if (failed) throw new Error(output);
}

/** Of these orders, those that the shop's database does not have. */
export async function ordersMissing(environment: TestEnvironment, ids: readonly string[]): Promise<string[]> {
  const rows = await eventually(
    60,
    () => askDatabase(environment, "SELECT id FROM orders").catch((): string[] => []),
    (found) => found.length > 0,
  );
  return ids.filter((id) => !rows.includes(id));
}

/** Members of etcd by the first control plane that answers. */
export async function membersOfEtcd(environment: TestEnvironment): Promise<readonly EtcdMember[]> {
  const controlPlanes = (await nodesOf(environment)).filter(({ isControlPlane }) => isControlPlane);
  for (const { name, address } of controlPlanes) {
    const credentials = await etcdCredentials(environment, name).catch(() => undefined);
    const members = credentials && (await etcdMembers(address, credentials));
    if (members) return members;
  }
  throw new Error("no member of etcd answers");
}

/** When the container of each machine was made, in milliseconds since 1970. */
export async function madeAt(environment: TestEnvironment, machines: readonly string[]): Promise<number[]> {
  const containers = await Promise.all(machines.map((machine) => containerFacts(environment, machine)));
  return containers.map(({ created }) => created.getTime());
}
