import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

const script = path.resolve("components", "workloads", "files", "postgres-backups.sh");

// PostgreSQL's programs, as far as the script uses them: a database is a file, and an archive a copy that begins well.
const pgDump = `#!/bin/bash
for argument; do [[ $argument != --file=* ]] || file=\${argument#--file=}; done
{ echo archive; cat "$DATABASE"; } >"$file"
`;
const pgRestore = `#!/bin/bash
archive=\${!#}
[ "$(head -n 1 "$archive")" = archive ] || { echo "not an archive: $archive" >&2; exit 1; }
[ "$1" = --file=/dev/null ] || tail -n +2 "$archive" >"$DATABASE"
`;
// Refuses as often as the file of refusals has lines.
const pgIsReady = `#!/bin/bash
[ -s "$REFUSALS" ] || exit 0
sed --in-place 1d "$REFUSALS"
exit 2
`;

let folder = "";
let backups = "";
let database = "";

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "slipway-backups-"));
  backups = path.join(folder, "backups");
  database = path.join(folder, "database");
  mkdirSync(path.join(folder, "bin"));
  mkdirSync(backups);
  writeFileSync(database, "rows");
  writeFileSync(path.join(folder, "refusals"), "");
  for (const [name, text] of Object.entries({
    pg_dump: pgDump,
    pg_restore: pgRestore,
    pg_isready: pgIsReady,
  })) {
    const file = path.join(folder, "bin", name);
    writeFileSync(file, text);
    chmodSync(file, 0o755);
  }
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(action: string, variables: Record<string, string> = {}): Promise<Result> {
  const env = {
    PATH: `${path.join(folder, "bin")}:${process.env.PATH ?? ""}`,
    ...{
      BACKUPS: backups,
      DATABASE: database,
      PGDATABASE: "orders",
      KEEP: "2",
      FROM: "latest",
      UNSAVED: "no",
    },
    REFUSALS: path.join(folder, "refusals"),
    ...variables,
  };
  return new Promise((resolve) => {
    execFile("bash", [script, action], { env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

/** A backup of before. */
function put(name: string, text = "archive\nold rows"): void {
  writeFileSync(path.join(backups, name), text);
}

function files(): string[] {
  return readdirSync(backups)
    .filter((name) => name !== ".lock")
    .sort();
}

const oldest = "orders-2024-01-01T00-00-00Z.dump";
const older = "orders-2024-01-02T00-00-00Z.dump";
const old = "orders-2024-01-03T00-00-00Z.dump";

describe("a backup", () => {
  test("is a file with the database's name and the time, and the oldest go", async () => {
    for (const name of [oldest, older, old]) put(name);
    const { code, stdout } = await run("backup");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^backed up orders to orders-\d{4}(-\d\d){2}T\d\d(-\d\d){2}Z\.dump, 12 bytes\n/);
    expect(stdout).toContain(`removed ${oldest}, as 2 are kept\nremoved ${older}, as 2 are kept\n`);
    expect(files()).toEqual([old, expect.stringMatching(/^orders-2\d{3}.*Z\.dump$/)]);
  });

  test("waits for a server that refuses at first, as it does until the pod's network policies are in force", async () => {
    writeFileSync(path.join(folder, "refusals"), "once\ntwice\n");
    expect((await run("backup")).code).toBe(0);
    expect(readFileSync(path.join(folder, "refusals"), "utf8")).toBe("");
  });

  test("removes none of another database, and none of before a restore", async () => {
    const others = ["orders2-2024-01-01T00-00-00Z.dump", oldest.replace(".dump", "-before-restore.dump")];
    for (const name of [...others, oldest, older, old]) put(name);
    await run("backup");
    expect(files()).toEqual(expect.arrayContaining(others));
    expect(files()).toHaveLength(4);
  });

  test.each([
    ["cannot be made", "#!/bin/bash\nexit 1\n"],
    ["is cut off", '#!/bin/bash\nfor a; do case $a in --file=*) echo arch >"${a#--file=}" ;; esac; done\n'],
  ])("that %s is none: it fails, and removes no older one", async (_, program) => {
    for (const name of [oldest, older, old]) put(name);
    writeFileSync(path.join(folder, "bin", "pg_dump"), program);
    expect((await run("backup")).code).not.toBe(0);
    expect(files().filter((name) => name.endsWith(".dump"))).toEqual([oldest, older, old]);
  });

  test("clears away what a killed one left", async () => {
    put(`${oldest}.part`);
    await run("backup");
    expect(files()).toEqual([expect.stringMatching(/Z\.dump$/)]);
  });
});

describe("a restore", () => {
  test("takes the latest on schedule, and backs up first what is there", async () => {
    put(oldest, "archive\noldest rows");
    put(old, "archive\nold rows");
    put("orders-2024-06-01T00-00-00Z-before-restore.dump", "archive\nspoilt rows");
    const { code, stdout } = await run("restore");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^backed up orders to orders-\S+Z-before-restore\.dump, 12 bytes\n/);
    expect(stdout).toContain(`restored orders from ${old}\n`);
    expect(readFileSync(database, "utf8")).toBe("old rows");
    const [saved = ""] = files().filter((name) => /^orders-(?!2024).*-before-restore/.test(name));
    expect(readFileSync(path.join(backups, saved), "utf8")).toBe("archive\nrows");
  });

  test("takes the one that is named, and no file of another folder", async () => {
    put(oldest, "archive\noldest rows");
    put(old);
    writeFileSync(path.join(folder, old), "archive\nstolen rows");
    expect((await run("restore", { FROM: oldest })).code).toBe(0);
    expect(readFileSync(database, "utf8")).toBe("oldest rows");
    expect((await run("restore", { FROM: `../${old}` })).code).toBe(0);
    expect(readFileSync(database, "utf8")).toBe("old rows");
  });

  test("only lists what there is when it is asked to", async () => {
    put(oldest);
    put(old);
    const { code, stdout } = await run("restore", { FROM: "list" });
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${oldest}  16 bytes\n${old}  16 bytes\n` });
    expect(readFileSync(database, "utf8")).toBe("rows");
  });

  test.each(["latest", "yesterday", ""])(
    "from %p where there is none says so and changes nothing",
    async (FROM) => {
      const { code, stderr } = await run("restore", { FROM });
      expect(code).toBe(1);
      expect(stderr).toBe(`there is no backup ${FROM || "latest"}; these are there:\n`);
      expect(readFileSync(database, "utf8")).toBe("rows");
      expect(files()).toEqual([]);
    },
  );

  test("from a broken backup fails before it changes or backs up anything", async () => {
    put(old, "broken");
    const { code, stderr } = await run("restore");
    expect(code).not.toBe(0);
    expect(stderr).toContain("not an archive");
    expect(readFileSync(database, "utf8")).toBe("rows");
    expect(files()).toEqual([old]);
  });

  test("of what cannot be backed up first is refused, unless that is wanted", async () => {
    put(old);
    writeFileSync(path.join(folder, "bin", "pg_dump"), "#!/bin/bash\nexit 1\n");
    const { code, stderr } = await run("restore");
    expect(code).toBe(1);
    expect(stderr).toContain("orders cannot be backed up as it is now, and nothing was changed; UNSAVED=yes");
    expect(readFileSync(database, "utf8")).toBe("rows");
    expect((await run("restore", { UNSAVED: "yes" })).code).toBe(0);
    expect(readFileSync(database, "utf8")).toBe("old rows");
  });

  test("waits for a backup that is being made", async () => {
    put(old);
    writeFileSync(path.join(folder, "bin", "pg_dump"), pgDump.replace("{ echo", "sleep 1\n{ echo"));
    const making = run("backup");
    const { stdout } = await run("restore", { FROM: old });
    expect(stdout).toContain(`restored orders from ${old}`);
    expect((await making).code).toBe(0);
  });
});

test("anything else is no action, and gets help", async () => {
  expect(await run("destroy")).toEqual({
    code: 2,
    stdout: "",
    stderr: "usage: postgres-backups.sh backup|restore\n",
  });
});
