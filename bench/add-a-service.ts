import type { TestEnvironment } from "../tests/support/test-environment";
import { servicesProgram, withEnvironment } from "./environments";
import { type BenchResult, figure, median, secondsOf } from "./measure";
import type { Recording } from "./results";

/** How many services are there already. */
const sizes = [5, 50, 100];
const rounds = 3;
/** A node takes 110 pods. */
const pools = [{ name: "worker", count: 2 }];

/** Seconds that one more service takes. */
interface Seconds {
  readonly preview: number;
  readonly up: number;
}

/** What one more microservice takes in an environment that has some, and what each of those adds to that. */
export async function addAService(record: Recording): Promise<BenchResult[]> {
  return await withEnvironment(servicesProgram, { pools, services: 0 }, async (environment) => {
    await environment.up();
    const measured: (Seconds & { readonly services: number })[] = [];
    for (const services of sizes) {
      const seconds = await secondsOfOneMore(environment, services);
      measured.push({ services, ...seconds });
      const name = `add-a-service-${services}`;
      await record([figure(`${name}/preview`, "s", seconds.preview), figure(`${name}/up`, "s", seconds.up)]);
    }
    return (["preview", "up"] as const).map((command) => {
      const points = measured.map((each): [number, number] => [each.services, each[command] * 1000]);
      return figure(`add-a-service-cost-per-service/${command}`, "ms", slope(points));
    });
  });
}

async function secondsOfOneMore(environment: TestEnvironment, services: number): Promise<Seconds> {
  const previews: number[] = [];
  const ups: number[] = [];
  for (let round = 0; round < rounds; round++) {
    // Brings it to this number, or takes away again what the last round added.
    environment.configure({ pools, services });
    await environment.up();
    // Its pod still answers for a while, and its name is taken as long.
    const added = `deployment/service-${services}`;
    await environment.kubectl("wait", "--namespace", "services", "--for=delete", added, "--timeout=60s");
    environment.configure({ pools, services: services + 1 });
    previews.push(await secondsOf(() => preview(environment)));
    ups.push(await secondsOf(() => environment.up()));
  }
  console.log(`add-a-service-${services}: ${JSON.stringify({ previews, ups })}`);
  return { preview: median(previews), up: median(ups) };
}

async function preview(environment: TestEnvironment): Promise<void> {
  const { output, failed } = await environment.pulumi("preview");
  if (failed) throw new Error(output);
}

/** By how much y grows with x, as the line says that comes closest to all points. */
export function slope(points: readonly (readonly [number, number])[]): number {
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(points.map(([each]) => each)), mean(points.map(([, each]) => each))];
  const along = points.map(([each, other]) => (each - x) * (other - y));
  return mean(along) / mean(points.map(([each]) => (each - x) ** 2));
}
