// Nightly (`make test-clusters`): 11 minutes.
import * as path from "node:path";

import { eventually, TestEnvironment } from "../support/test-environment";

const minutes = (count: number): number => count * 60_000;
jest.setTimeout(minutes(6));

const environment = new TestEnvironment({ pools: [{ name: "worker", count: 1 }], shop: "monolith" });
const volume = `slipway-${environment.name}-kept`;
const base = { environment: `organization/slipway/${environment.name}`, password: "first", visitor: "ada" };
const team = new TestEnvironment(base, path.join(__dirname, "storage"), environment);

const namespace = ["--namespace", "data"];
const kubectl = (...args: string[]): Promise<string> => environment.kubectl(...namespace, ...args);

/** What the database answers, from inside its pod. */
async function sql(statement: string): Promise<string> {
  const asOwner = 'PGPASSWORD="$POSTGRES_PASSWORD" psql -U team -d team -tAc "$0"';
  return await kubectl("exec", "orders-db-0", "--", "sh", "-c", asOwner, statement);
}

async function visitors(): Promise<string> {
  return await sql("SELECT string_agg(who, ',' ORDER BY who) FROM visits");
}

/** The same when the database takes connections again. */
async function visitorsSoon(seconds = 120): Promise<string> {
  return await eventually(
    seconds,
    () => visitors().catch((error: unknown) => `Error: ${String(error)}`),
    (seen) => !seen.startsWith("Error"),
  );
}

/** What a command said that failed. */
async function refusal(command: Promise<string>): Promise<string> {
  return await command.then(
    (output) => `did not fail: ${output}`,
    (error: unknown) => String(error),
  );
}

/** What a target of the Makefile printed; throws when it failed. */
async function make(target: string, ...variables: string[]): Promise<string> {
  const { output, failed } = await environment.make(target, ...variables);
  if (failed) throw new Error(output);
  return output;
}

/** The shop's own database is backed up too, so that it must be said which one is meant. */
const ofTeam = "BACKUP=data/orders-db-backup";
const makeBackups = (target: string, ...variables: string[]): Promise<string> =>
  make(target, ofTeam, ...variables);

/** A backup with the settings of now whose pod does not start yet. */
async function beginBackup(name: string): Promise<void> {
  const template = ["--from=cronjob/orders-db-backup", "--dry-run=client", "--output=json"];
  const job = JSON.parse(await kubectl("create", "job", name, ...template)) as { spec: object };
  await environment.apply({ ...job, spec: { ...job.spec, suspend: true } });
}

/** A claim of a class, and a pod that writes into it. */
function writer(storageClass: string): object[] {
  const name = `on-${storageClass}`;
  const metadata = { name, namespace: "data" };
  return [
    {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata,
      spec: {
        storageClassName: storageClass,
        accessModes: ["ReadWriteOnce"],
        resources: { requests: { storage: "64Mi" } },
      },
    },
    {
      apiVersion: "v1",
      kind: "Pod",
      metadata,
      spec: {
        securityContext: {
          ...{ runAsNonRoot: true, runAsUser: 65532, fsGroup: 65532 },
          seccompProfile: { type: "RuntimeDefault" },
        },
        terminationGracePeriodSeconds: 0,
        containers: [
          {
            name: "writer",
            image,
            command: ["sh", "-c", "echo written > /data/file && sleep 3600"],
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
            volumeMounts: [{ name: "data", mountPath: "/data" }],
          },
        ],
        volumes: [{ name: "data", persistentVolumeClaim: { claimName: name } }],
      },
    },
  ];
}

let image = "";

beforeAll(async () => {
  await environment.create();
  await environment.up();
  await team.create();
  await team.up();
  image = await kubectl("get", "pod", "orders-db-0", "-o", "jsonpath={.spec.containers[0].image}");
}, minutes(15));

afterAll(async () => {
  try {
    await team.destroy();
  } finally {
    await environment.destroy();
  }
}, minutes(6));

describe("a program that ends", () => {
  test("has run when `pulumi up` is done, and does not run again while nothing changes", async () => {
    expect(await visitors()).toBe("ada");
    expect(await team.up()).toMatch(/Resources:\n\s+\d+ unchanged/);
    expect(await visitors()).toBe("ada");
  });

  test("runs again with other settings", async () => {
    team.configure({ ...base, visitor: "grace" });
    await team.up();
    expect(await visitors()).toBe("ada,grace");
  });

  test("runs on its schedule", async () => {
    const last = ["get", "cronjob", "look", "-o", "jsonpath={.status.lastSuccessfulTime}"];
    expect(
      await eventually(
        150,
        () => kubectl(...last),
        (time) => time !== "",
      ),
    ).toMatch(/^20/);
  });
});

describe("what a StatefulService wrote is there", () => {
  const everybody = "ada,grace";

  test("when its pod is another one", async () => {
    await kubectl("delete", "pod", "orders-db-0");
    expect(await visitorsSoon()).toBe(everybody);
  });

  test("when its node was stopped and started", async () => {
    await environment.docker(["restart", "--time", "30"], "worker-0");
    expect(await visitorsSoon(180)).toBe(everybody);
  });

  test("when all machines were killed at once", async () => {
    const all = ["control-plane-0", "worker-0", "load-balancer", "registry"];
    await environment.docker(["kill"], ...all);
    await environment.docker(["start"], ...all);
    expect(await visitorsSoon(240)).toBe(everybody);
  });

  test("when its secret is another one, by which it starts anew, and which then counts, for backups begun before too", async () => {
    await beginBackup("begun-before");
    const pod = ["get", "pod", "orders-db-0", "-o", "jsonpath={.metadata.uid}"];
    const before = await kubectl(...pod);
    team.configure({ ...base, visitor: "grace", password: "second" });
    await team.up();
    expect(await kubectl(...pod)).not.toBe(before);
    expect(await visitors()).toBe(everybody);
    const withFirst = "PGPASSWORD=first psql -h 127.0.0.1 -U team -d team -c 'SELECT 1'";
    const answer = await refusal(kubectl("exec", "orders-db-0", "--", "sh", "-c", withFirst));
    expect(answer).toContain("password authentication failed");
    await kubectl("patch", "job", "begun-before", "--patch", '{"spec":{"suspend":false}}');
    await kubectl("wait", "job/begun-before", "--for=condition=Complete", "--timeout=120s");
  });

  test("after a change that never becomes ready, which fails `pulumi up`, and which the next one mends", async () => {
    const good = { ...base, visitor: "grace", password: "second" };
    team.configure({ ...good, probe: ["false"] });
    const { failed, output } = await team.pulumi("up", "--yes", "--skip-preview");
    expect(failed).toBe(true);
    expect(output).toContain("orders-db");
    team.configure(good);
    await team.up();
    expect(await visitors()).toBe(everybody);
  });
});

describe("a database", () => {
  test("is backed up on its schedule, and the oldest backups go", async () => {
    const list = await eventually(
      240,
      () => makeBackups("restore", "FROM=list"),
      (output) => (output.match(/^team-\S+Z\.dump/gm) ?? []).length >= 2,
    );
    expect(list.match(/^team-\S+Z\.dump/gm)).toHaveLength(2);
  });

  test("comes back from a backup after its table was dropped, and what it was before is backed up too", async () => {
    expect(await makeBackups("backup")).toMatch(/backed up team to team-\S+Z\.dump, \d+ bytes/);
    await sql("DROP TABLE visits");
    expect(await refusal(visitors())).toContain('relation "visits" does not exist');
    // The latest may be of after the drop already, as one is made each minute: the oldest of before has the table.
    const [oldest = ""] = (await makeBackups("restore", "FROM=list")).match(/^team-\S+Z\.dump/gm) ?? [];
    expect(await makeBackups("restore", `FROM=${oldest}`)).toContain(`restored team from ${oldest}`);
    expect(await visitors()).toBe("ada,grace");
    expect(await makeBackups("restore", "FROM=list")).toMatch(/^team-\S+Z-before-restore\.dump/m);
  });

  test("stays as it is where there is no such backup, and says which there are", async () => {
    const { output, failed } = await environment.make("restore", ofTeam, "FROM=yesterday");
    expect(failed).toBe(true);
    expect(output).toMatch(/there is no backup yesterday; these are there:\n(team-\S+\.dump .*\n)+/);
    expect(await visitors()).toBe("ada,grace");
  });

  test("is named where there are several, before anything is done", async () => {
    const { output, failed } = await environment.make("backup");
    expect(failed).toBe(true);
    expect(output).toContain("BACKUP=data/orders-db-backup: data/orders-db-backup, shop/orders-backup");
  });

  test("is what its backups may reach, and nothing else", async () => {
    const policy = [
      "get",
      "networkpolicy",
      "orders-db-backup",
      "-o",
      "jsonpath={.spec.egress[*].ports[*].port}",
    ];
    expect(await kubectl(...policy)).toBe("53 53 5432");
  });
});

describe("storage classes", () => {
  beforeAll(async () => {
    await environment.apply(...writer("recycle"), ...writer("keep"));
    await kubectl("wait", "pod", "--for=condition=Ready", "--timeout=120s", "on-recycle", "on-keep");
  });

  test("refuse to let a claim grow, and say so", async () => {
    const larger = JSON.stringify({ spec: { resources: { requests: { storage: "2Gi" } } } });
    for (const claim of ["data-orders-db-0", "on-recycle"]) {
      expect(await refusal(kubectl("patch", "pvc", claim, "--patch", larger))).toContain(
        "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize",
      );
    }
  });

  test("know no snapshots", async () => {
    expect(await refusal(kubectl("get", "volumesnapshots"))).toContain(
      'the server doesn\'t have a resource type "volumesnapshots"',
    );
  });

  test("have what is to be kept on every node", async () => {
    const file = "/var/lib/slipway/kept/data/on-keep/file";
    for (const machine of ["worker-0", "control-plane-0"]) {
      expect(await environment.inMachine(machine, "cat", file)).toBe("written");
    }
  });

  test("delete a volume of recycle with its claim, and keep one of keep, which a new claim finds", async () => {
    const volumes = (): Promise<string> =>
      environment.inMachine("worker-0", "ls", "/var/lib/slipway/volumes");
    expect(await volumes()).toContain("data_on-recycle");
    await kubectl("delete", "pod,pvc", "on-recycle", "on-keep");
    await eventually(60, volumes, (folders) => !folders.includes("data_on-recycle"));
    const [claim = {}, pod = {}] = writer("keep");
    const text = JSON.stringify(pod).replace("echo written > /data/file", "cat /data/file");
    await environment.apply(claim, JSON.parse(text) as object);
    await kubectl("wait", "pod", "--for=condition=Ready", "--timeout=120s", "on-keep");
    expect(await kubectl("logs", "on-keep")).toBe("written");
  });
});

describe("an environment that is taken down", () => {
  test("is not made to forget anything while it is up", async () => {
    const { output, failed } = await environment.make("forget");
    expect(failed).toBe(true);
    expect(output).toContain(`uses ${volume} still`);
  });

  test("keeps what is to be kept, and says what and where", async () => {
    const { failed, output } = await team.pulumi("destroy", "--yes", "--skip-preview");
    if (failed) throw new Error(output);
    const printed = await make("down");
    expect(printed).toContain(`Kept: 3 volumes of ${environment.name}, in the Docker volume ${volume} (`);
    expect(printed).toMatch(/^ {2}data\/data-orders-db-0 +\d+\.\d [kM]B$/m);
    expect(printed).toMatch(/^ {2}data\/on-keep +\d+\.\d kB$/m);
    expect(printed).toMatch(/^ {2}data\/orders-db-backup-backups +\d+\.\d kB$/m);
    expect(printed).toContain(`make forget ENV=${environment.name}`);
    expect(await environment.leftovers()).toEqual([volume]);
    expect(await make("kept")).toContain("data/data-orders-db-0");
  });

  test("finds it again when it is made anew: a database with its rows, and its backups", async () => {
    await make("up");
    team.configure({ ...base, visitor: "joan", password: "third" });
    await team.up();
    expect(await visitors()).toBe("ada,grace,joan");
    expect(await makeBackups("restore", "FROM=list")).toMatch(/^team-\S+Z-before-restore\.dump/m);
  }, 600_000);

  test("forgets one volume, or all of them, for good", async () => {
    const { failed, output } = await team.pulumi("destroy", "--yes", "--skip-preview");
    if (failed) throw new Error(output);
    await make("down");
    expect(await make("forget", "CLAIM=data/on-keep")).toContain("Removed data/on-keep");
    expect(await make("kept")).not.toContain("data/on-keep");
    const unknown = await environment.make("forget", "CLAIM=data/on-keep");
    expect(unknown.failed).toBe(true);
    expect(unknown.output).toContain("keeps data/data-orders-db-0");
    expect(await make("forget")).toContain(`Removed the Docker volume ${volume}`);
    expect(await environment.leftovers()).toEqual([]);
    expect(await make("kept")).toContain(`${environment.name} keeps nothing`);
  });
});
