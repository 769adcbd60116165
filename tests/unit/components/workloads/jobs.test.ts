import { Job, type JobArgs, ScheduledJob, type ScheduledJobArgs } from "../../../../components/workloads";
import { isSchedule } from "../../../../components/workloads/schedule";
import {
  containerOf,
  countByType,
  inputsOf,
  type PodTemplate,
  recordResources,
  registeredBy,
} from "../../../support/recorder";

beforeEach(() => {
  recordResources();
});

const base: JobArgs = { namespace: "shop", image: "127.0.0.1:5000/tool@sha256:00" };
const database = { serviceName: "orders-db", namespace: "shop", port: 5432 };

describe("a Job", () => {
  const create = (args: Partial<JobArgs> = {}) =>
    registeredBy((options) => new Job("migrate", { ...base, ...args }, options));

  test("registers exactly its objects", async () => {
    const volumes = [{ name: "work", path: "/work", size: "1Gi" }];
    expect(countByType(await create({ talksTo: [database], secrets: { A: "b" }, volumes }))).toEqual({
      "slipway:workloads:Job": 1,
      "kubernetes:batch/v1:Job": 1,
      "kubernetes:core/v1:ServiceAccount": 1,
      "kubernetes:core/v1:Secret": 1,
      "kubernetes:core/v1:PersistentVolumeClaim": 1,
      "kubernetes:networking.k8s.io/v1:NetworkPolicy": 2,
    });
  });

  test("tries four times within ten minutes, in one restricted pod at a time that is not asked how it is", async () => {
    const job = inputsOf(await create({ command: ["./migrate"] }), "kubernetes:batch/v1:Job");
    expect(job.spec).toMatchObject({
      backoffLimit: 3,
      activeDeadlineSeconds: 600,
      podReplacementPolicy: "Failed",
      template: {
        spec: {
          restartPolicy: "Never",
          automountServiceAccountToken: false,
          securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
        },
      },
    });
    const container = containerOf(job);
    expect(container).toMatchObject({ command: ["./migrate"] });
    for (const absent of ["ports", "readinessProbe", "livenessProbe", "startupProbe", "lifecycle"]) {
      expect(container).not.toHaveProperty(absent);
    }
  });

  test("throws one error that names every setting that cannot work", () => {
    const bad = { retries: -1, deadlineSeconds: 0, command: [], user: 0, env: { PORT: "1", POD_NAME: "me" } };
    expect(() => new Job("Migrate", { ...base, ...bad }, {})).toThrow(
      [
        'Job "Migrate" cannot work:',
        '  - name is "Migrate": give 1 to 63 of a-z, 0-9 and "-", with a letter first and no "-" last',
        "  - command is []: give a program first",
        "  - user is 0: give a whole number from 1 to 65535, as root is not allowed",
        "  - retries is -1: give a whole number from 0",
        "  - deadlineSeconds is 0: give a whole number from 1 to 86400",
        // A Job listens on no port, so that the variable is free.
        '  - a name in env is "POD_NAME": it is set already: leave it out',
      ].join("\n"),
    );
  });
});

describe("a ScheduledJob", () => {
  const create = (args: Partial<ScheduledJobArgs> = {}) =>
    registeredBy(
      (options) => new ScheduledJob("report", { ...base, schedule: "0 6 * * *", ...args }, options),
    );

  test("never runs twice at once, and keeps three runs of each end", async () => {
    const { spec } = inputsOf(await create(), "kubernetes:batch/v1:CronJob");
    expect(spec).toMatchObject({
      schedule: "0 6 * * *",
      timeZone: "Etc/UTC",
      concurrencyPolicy: "Forbid",
      startingDeadlineSeconds: 600,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 3,
    });
    const { jobTemplate } = spec as unknown as { jobTemplate: { spec: { template: PodTemplate } } };
    expect(jobTemplate.spec.template.spec.restartPolicy).toBe("Never");
  });

  test("tells each pod what counts when it starts, also one of a run that was begun before a change", async () => {
    const resources = await create({ secrets: { KEY: "sesame" }, files: { "/etc/report": "all" } });
    for (const type of ["Secret", "ConfigMap"]) {
      expect(inputsOf(resources, `kubernetes:core/v1:${type}`)).toMatchObject({
        metadata: { name: "report", namespace: "shop" },
      });
      expect(inputsOf(resources, `kubernetes:core/v1:${type}`)).not.toHaveProperty("immutable");
    }
  });

  test("throws one error that names every setting that cannot work", () => {
    const bad = { schedule: "every day", timeZone: "europe/berlin", startWithinSeconds: 5 };
    expect(() => new ScheduledJob("r".repeat(53), { ...base, ...bad, history: { failed: -1 } }, {})).toThrow(
      [
        `ScheduledJob "${"r".repeat(53)}" cannot work:`,
        `  - name is "${"r".repeat(53)}": give 1 to 52 of a-z, 0-9 and "-", with a letter first and no "-" last`,
        '  - schedule is "every day": give minute, hour, day, month and weekday such as "30 3 * * *", or "@daily"',
        '  - timeZone is "europe/berlin": give a name of the IANA database such as "Europe/Berlin"',
        "  - startWithinSeconds is 5: give a whole number from 10 to 86400",
        "  - history.failed is -1: give a whole number from 0",
      ].join("\n"),
    );
  });

  test.each([
    "* * * * *",
    "*/5 0-23/2 1,15 JAN-MAR mon-fri",
    "0 0 31 2 *",
    "5/10 * ? * 0",
    "@daily",
    "@hourly",
  ])("can have the schedule %s", (schedule) => {
    expect(isSchedule(schedule)).toBe(true);
  });

  test.each([
    ...["", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 7"],
    ...[
      "5-1 * * * *",
      "1-2-3 * * * *",
      "*/0 * * * *",
      "1, * * * *",
      "MON * * * *",
      "TZ=UTC * * * * *",
      "@often",
    ],
  ])("cannot have the schedule %j", (schedule) => {
    expect(isSchedule(schedule)).toBe(false);
  });
});
