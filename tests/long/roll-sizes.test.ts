// Nightly (`make test-clusters`): 25 minutes, most of it for fifteen workers.
import { rmSync } from "node:fs";

import { DockerEvents } from "../support/docker-events";
import { announced } from "../support/loaded-roll";
import { changeMachineImage, copyRepository, imageFileInMachine } from "../support/repository-copy";
import { RollWatch } from "../support/roll-watch";
import { TestEnvironment } from "../support/test-environment";
import { changesNothing, isWell } from "../support/whole-environment";

const minutes = (count: number): number => count * 60_000;

const namesOf = (workers: number): string[] => [
  "control-plane-0",
  ...Array.from({ length: workers }, (_, index) => `worker-${index}`),
];

/** Few processors for many machines: what waits for its turn must not keep from it whose turn it is. */
describe.each([{ workers: 0 }, { workers: 15 }])(
  "a changed image, where one control plane has $workers workers",
  ({ workers }) => {
    const machines = namesOf(workers);
    const copy = copyRepository();
    const environment = new TestEnvironment(
      {
        controlPlane: { memory: "3Gi" },
        pools: workers === 0 ? [] : [{ name: "worker", count: workers, cpus: 1, memory: "1Gi" }],
      },
      copy,
    );

    beforeAll(async () => {
      await environment.succeedMake("up");
      await isWell(environment, machines);
      changeMachineImage(copy, `with ${workers} workers`);
      await environment.succeedMake("setup");
    }, minutes(30));

    afterAll(async () => {
      await environment.destroy();
      rmSync(copy, { recursive: true });
    }, minutes(10));

    it(
      "arrives on every machine, one after the other, the control plane first",
      async () => {
        const [watch, events] = [await RollWatch.start(environment), new DockerEvents(environment)];
        const output = await environment.succeedMake("up");
        await watch.end();
        events.end();
        expect(watch.violations).toEqual([]);
        expect(events.made).toEqual(announced(output));
        expect([...events.made].sort()).toEqual([...machines].sort());
        expect(events.made[0]).toBe("control-plane-0");
        await isWell(environment, machines);
        for (const machine of machines) {
          const file = await environment.inMachine(machine, "cat", imageFileInMachine);
          expect(file).toContain(`with ${workers} workers`);
        }
        await changesNothing(environment);
      },
      minutes(40),
    );
  },
);
