import { readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { GitOpsRepository } from "../tests/support/gitops-repository";
import { startProbePod } from "../tests/support/probe-pod";
import { eventually, type TestEnvironment } from "../tests/support/test-environment";
import { partDirectory } from "../toolchain/cache";
import { imageName } from "../toolchain/images";
import { everydayParts } from "../toolchain/parts";
import { addAService } from "./add-a-service";
import { awsPreview, drawAwsPage } from "./aws-stack";
import {
  byHand,
  clusterProgram,
  containerOf,
  emptyProgram,
  recordedUp,
  upFromNothing,
  wholeProgram,
  withEnvironment,
} from "./environments";
import { KindCluster } from "./kind/kind-cluster";
import { lostRequests } from "./lost-requests";
import { bootOf, diskMB, imageMB, memoryMiB, secondsToJoined } from "./machines";
import { type BenchResult, compare, comparison, figure, median, secondsOf, takePairs } from "./measure";
import { restoreCluster } from "./restore-cluster";
import type { Benchmark } from "./results";
import { createdResources, timeline } from "./timeline";
import { rolls } from "./upgrade";

/** What the clusters of most benchmarks have. */
const machines = { controlPlane: "control-plane-0", workers: ["worker-0", "worker-1"] };
const allMachines = [machines.controlPlane, ...machines.workers];
/** How long a cluster is left alone before its memory is read, in milliseconds. */
const rest = 60_000;

/** Everything that `make bench` measures, in the order of results.json. */
export const benchmarks: readonly Benchmark[] = [
  { names: ["cluster-from-nothing", "boot-to-joined"], run: clusterFromNothing },
  { names: ["everything-from-nothing"], run: everythingFromNothing },
  { names: ["three-control-planes"], run: threeControlPlanes },
  { names: ["kind-1-2"], run: againstKind },
  { names: ["preview-no-change"], run: previewNoChange },
  { names: ["memory-per-machine"], run: memoryPerMachine },
  { names: ["image-size"], run: imageSize },
  {
    names: [...[5, 50, 100].map((services) => `add-a-service-${services}`), "add-a-service-cost-per-service"],
    run: addAService,
  },
  { names: ["commit-to-answer"], run: commitToAnswer },
  {
    names: ["rollout", "failed-rollout", "pods-deleted", "worker-drained", "monolith-to-microservices"].map(
      (event) => `lost-requests-${event}`,
    ),
    needs: ["k6"],
    run: lostRequests,
  },
  {
    names: [
      ...["roll-machine", "roll-machine-drain", "single-control-plane-away"],
      ...["upgrade-lost-requests", "upgrade-3-2"],
    ],
    needs: ["k6"],
    run: rolls,
  },
  { names: ["restore-cluster"], run: restoreCluster },
  { names: ["timeline"], run: drawTimeline },
  { names: ["aws-preview"], run: awsPreview },
  { names: ["aws-page"], run: drawAwsPage },
  { names: ["toolchain-cpu", "toolchain-wall"], run: () => Promise.resolve(toolchainTimes()) },
];

async function clusterFromNothing(): Promise<BenchResult[]> {
  const first: number[] = [];
  const workers: number[] = [];
  const measured = (): Promise<number> =>
    withEnvironment(clusterProgram, {}, async (environment) => {
      const seconds = await secondsOf(() => environment.up());
      const joined = async (machine: string): Promise<number> =>
        secondsToJoined(await bootOf(containerOf(environment, machine)));
      first.push(await joined(machines.controlPlane));
      for (const worker of machines.workers) workers.push(await joined(worker));
      return seconds;
    });
  return [
    await compare("cluster-from-nothing", 3, measured, byHand),
    figure("boot-to-joined/first-control-plane", "s", median(first)),
    figure("boot-to-joined/worker", "s", median(workers)),
  ];
}

async function everythingFromNothing(): Promise<BenchResult[]> {
  const measured = (): Promise<number> => upFromNothing(wholeProgram, {}, shopAnswers);
  return [await compare("everything-from-nothing", 3, measured, byHand)];
}

async function shopAnswers(environment: TestEnvironment): Promise<void> {
  const url = await environment.output("shopUrl");
  await eventually(
    60,
    async () => (await fetch(url)).status,
    (status) => status === 200,
  );
}

async function threeControlPlanes(): Promise<BenchResult[]> {
  const one = (): Promise<number> => upFromNothing(clusterProgram);
  const three = (): Promise<number> => upFromNothing(clusterProgram, { controlPlane: { count: 3 } });
  return [await compare("three-control-planes", 3, three, one)];
}

async function againstKind(): Promise<BenchResult[]> {
  const kind = await KindCluster.prepare();
  try {
    const pairs = await takePairs("kind-1-2", 3, clusterTimes, async () => {
      const times = await kind.create();
      await kind.removeMachines();
      return times;
    });
    const against = (time: "ready" | "command") =>
      pairs.map(({ value, reference }) => ({ value: value[time], reference: reference[time] }));
    return [
      comparison("kind-1-2", "s", against("ready")),
      comparison("kind-1-2/command-returns", "s", against("command")),
    ];
  } finally {
    await kind.dispose();
  }
}

/** Seconds of `pulumi up` of a cluster, until all its nodes are Ready, and until the command comes back. */
async function clusterTimes(): Promise<{ readonly ready: number; readonly command: number }> {
  return await withEnvironment(clusterProgram, {}, async (environment) => {
    const { begin, end, events } = await recordedUp(environment);
    const memberships = createdResources(events).filter(({ type }) => type.endsWith(":Membership"));
    const ready = Math.max(...memberships.map((membership) => membership.end));
    return { ready: (ready - begin) / 1000, command: (end - begin) / 1000 };
  });
}

async function previewNoChange(): Promise<BenchResult[]> {
  const preview = (environment: TestEnvironment) => () =>
    secondsOf(async () => {
      const { output, failed } = await environment.pulumi("preview", "--expect-no-changes");
      if (failed) throw new Error(output);
    });
  return await withEnvironment(wholeProgram, {}, (whole) =>
    withEnvironment(emptyProgram, {}, async (empty) => {
      await Promise.all([whole.up(), empty.up()]);
      return [await compare("preview-no-change", 7, preview(whole), preview(empty))];
    }),
  );
}

/** Memory of a control plane and of a worker (the mean of two), in MiB, some time after the cluster came up. */
async function memoryAtRest(
  controlPlane: string,
  workers: readonly string[],
): Promise<readonly [number, number]> {
  await sleep(rest);
  const ofWorkers = await Promise.all(workers.map(memoryMiB));
  return [await memoryMiB(controlPlane), ofWorkers.reduce((sum, each) => sum + each, 0) / workers.length];
}

async function memoryPerMachine(): Promise<BenchResult[]> {
  const ours = await withEnvironment(clusterProgram, {}, async (environment) => {
    await environment.up();
    const container = (machine: string): string => containerOf(environment, machine);
    return await memoryAtRest(container(machines.controlPlane), machines.workers.map(container));
  });
  const kind = await KindCluster.prepare();
  try {
    await kind.create();
    const theirs = await memoryAtRest(kind.machines.controlPlane, kind.machines.workers);
    const against = (role: string, index: 0 | 1): BenchResult =>
      comparison(`memory-per-machine/${role}`, "MiB", [{ value: ours[index], reference: theirs[index] }]);
    return [against("control-plane", 0), against("worker", 1)];
  } finally {
    await kind.dispose();
  }
}

async function imageSize(): Promise<BenchResult[]> {
  return await withEnvironment(clusterProgram, {}, async (environment) => {
    await environment.up();
    const adds = async (machine: string): Promise<number> => await diskMB(containerOf(environment, machine));
    const ofWorkers = await Promise.all(machines.workers.map(adds));
    return [
      figure("image-size/machine-image", "MB", await imageMB(imageName("machine"))),
      figure("image-size/control-plane-adds", "MB", await adds(machines.controlPlane)),
      figure("image-size/worker-adds", "MB", median(ofWorkers)),
    ];
  });
}

/** From `git commit` until both pods of a service answer with the new version, by GitOps as an environment has it. */
async function commitToAnswer(): Promise<BenchResult[]> {
  return await withEnvironment(wholeProgram, { gitops: {} }, async (environment) => {
    await environment.succeedMake("up");
    const repository = await GitOpsRepository.of(environment);
    const probe = await startProbePod(environment);
    const seconds: number[] = [];
    // The first makes the service; those after it change what runs.
    for (let commit = 0; commit <= 7; commit++) {
      const begin = await repository.release(`v${commit}`);
      const end = await repository.answersEverywhere(probe, `v${commit}`);
      if (commit > 0) seconds.push((end - begin) / 1000);
      // Between two looks of Flux at another moment each time, as commits are.
      await sleep(5000 + 1300 * commit);
    }
    console.log(`commit-to-answer: ${JSON.stringify(seconds)}`);
    repository.remove();
    return [figure("commit-to-answer", "s", median(seconds))];
  });
}

/** Draws where the time of `pulumi up` goes; measures nothing for results.json. */
async function drawTimeline(): Promise<BenchResult[]> {
  await withEnvironment(wholeProgram, {}, async (environment) => {
    const recorded = await recordedUp(environment);
    const boots = await Promise.all(
      allMachines.map(async (machine) => [machine, await bootOf(containerOf(environment, machine))] as const),
    );
    const picture = timeline({ ...recorded, boots: new Map(boots) });
    writeFileSync(path.join(__dirname, "..", "docs", "timeline.svg"), picture);
  });
  return [];
}

/** CPU and wall time of each part's build, as it was recorded when it was built. */
function toolchainTimes(): BenchResult[] {
  const records = everydayParts.map((part) => ({
    // Without the version of those that there are several of, to be compared with what was measured before.
    name: part.code === undefined ? part.name : path.basename(part.code),
    ...(JSON.parse(readFileSync(path.join(partDirectory(part), "build.json"), "utf8")) as {
      cpuSeconds: number;
      wallSeconds: number;
    }),
  }));
  return [
    ...records.map(({ name, cpuSeconds }) => figure(`toolchain-cpu/${name}`, "min", cpuSeconds / 60)),
    ...records.map(({ name, wallSeconds }) => figure(`toolchain-wall/${name}`, "min", wallSeconds / 60)),
  ];
}
