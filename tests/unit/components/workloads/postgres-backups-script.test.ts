import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

const script = path.resolve("components", "workloads", "files", "postgres-backups.sh");

// PostgreSQL's programs, as far as the script uses them: a database is a file, and an archive a copy that begins and ends well.
const pgDump = `#!/bin/bash
echo archive; cat "$DATABASE"; echo; echo end
`;
const pgRestore = `#!/bin/bash
archive=\${!#}
if [ -e "$archive" ]; then text=$(cat "$archive"); else text=$(cat); fi
[[ $text == archive* && $text == *end ]] || { echo "not an archive: $archive" >&2; exit 1; }
[ "$1" = --file=/dev/null ] || sed '1d;$d' <<<"$text" | head -c -1 >"$DATABASE"
`;
/** Encrypts for nobody, and says to whom. */
const age = `#!/bin/bash
[ "$1 $2" = "--encrypt --recipient" ] || exit 1
echo "to $3"; cat
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
    age,
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

/** @param input what comes on its standard input */
function run(action: string, variables: Record<string, string> = {}, input = ""): Promise<Result> {
  const env = {
    PATH: `${path.join(folder, "bin")}:${process.env.PATH ?? ""}`,
    ...{
      BACKUPS: backups,
      DATABASE: database,
      PGDATABASE: "orders",
      KEEP: "2 0 0 0",
      FROM: "latest",
      UNSAVED: "no",
    },
    REFUSALS: path.join(folder, "refusals"),
    ...variables,
  };
  return new Promise((resolve) => {
    const child = execFile("bash", [script, action], { env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
    child.stdin?.end(input);
  });
}

const archiveOf = (rows: string): string => `archive\n${rows}\nend\n`;

/** A backup of before. */
function put(name: string, text = archiveOf("old rows")): void {
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
    expect(stdout).toMatch(/^backed up orders to orders-\d{4}(-\d\d){2}T\d\d(-\d\d){2}Z\.dump, 17 bytes\n/);
    expect(stdout).toContain(`removed ${older}\nremoved ${oldest}\n`);
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
    ["is cut off", "#!/bin/bash\necho archive; echo rows\n"],
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

describe("of the backups of before", () => {
  const at = (...times: string[]): string[] => times.map((time) => `orders-${time}-00-00Z.dump`);
  const left = (): string[] =>
    files().filter((name) => !name.startsWith(`orders-${new Date().getFullYear()}`));
  // Mondays: 2024-01-01 and 08. The new one is the last of its hour, day and week, and takes a place of each.
  const all = at("2024-01-01T03", "2024-01-07T03", "2024-01-08T01", "2024-01-09T01", "2024-01-09T05");

  test.each([
    ["1 0 0 0", []],
    ["3 0 0 0", at("2024-01-09T01", "2024-01-09T05")],
    ["1 2 0 0", at("2024-01-09T05")],
    ["1 0 3 0", at("2024-01-08T01", "2024-01-09T05")],
    ["1 0 0 3", at("2024-01-07T03", "2024-01-09T05")],
    ["1 2 3 3", at("2024-01-07T03", "2024-01-08T01", "2024-01-09T05")],
    ["1 24 7 4", all],
  ])("with %s stay %j", async (KEEP, staying) => {
    for (const name of all) put(name);
    await run("backup", { KEEP });
    expect(left()).toEqual(staying);
  });
});

describe("a backup that is encrypted", () => {
  const to = { RECIPIENT: "age1anybody" };

  test("is written for the recipient alone, after it was read, and counts with those that are not", async () => {
    for (const name of [oldest, older, old]) put(name);
    const { code, stdout } = await run("backup", to);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^backed up orders to orders-\S+Z\.dump\.age, \d+ bytes\n/);
    const [first, second = ""] = files();
    expect([first, second]).toEqual([old, expect.stringMatching(/Z\.dump\.age$/)]);
    expect(readFileSync(path.join(backups, second), "utf8")).toBe(`to age1anybody\n${archiveOf("rows")}`);
  });

  test("is none where the archive is broken, or nobody can encrypt it", async () => {
    put(old);
    writeFileSync(path.join(folder, "bin", "pg_dump"), "#!/bin/bash\necho archive\n");
    expect((await run("backup", to)).code).not.toBe(0);
    writeFileSync(path.join(folder, "bin", "pg_dump"), pgDump);
    writeFileSync(path.join(folder, "bin", "age"), "#!/bin/bash\ncat >/dev/null\nexit 1\n");
    expect((await run("backup", to)).code).not.toBe(0);
    expect(files().filter((name) => !name.endsWith(".part"))).toEqual([old]);
  });

  test("is restored from what whoever has the key decrypts, as the latest one too", async () => {
    put(old);
    put("orders-2024-06-01T00-00-00Z.dump.age", "to age1anybody\n");
    expect((await run("choose")).stdout).toBe("orders-2024-06-01T00-00-00Z.dump.age\n");
    const { code, stdout } = await run("restore", { ...to, CLEAR: "stdin" }, archiveOf("decrypted rows"));
    expect(stdout).toContain("restored orders from orders-2024-06-01T00-00-00Z.dump.age\n");
    expect(code).toBe(0);
    expect(readFileSync(database, "utf8")).toBe("decrypted rows");
    expect(files()).toContainEqual(expect.stringMatching(/-before-restore\.dump\.age$/));
  });

  test("is not restored by who has no key, nor when less comes than there was", async () => {
    put("orders-2024-06-01T00-00-00Z.dump.age", "to age1anybody\n");
    const { code, stderr } = await run("restore");
    expect([code, stderr]).toEqual([1, expect.stringContaining("make restore decrypts it")]);
    expect((await run("restore", { CLEAR: "stdin" }, "archive\n")).code).not.toBe(0);
    expect(readFileSync(database, "utf8")).toBe("rows");
  });

  test("does not keep one of before, in clear, from being restored", async () => {
    put(old);
    expect((await run("restore", to)).code).toBe(0);
    expect(readFileSync(database, "utf8")).toBe("old rows");
  });
});

describe("a restore", () => {
  test("takes the latest on schedule, and backs up first what is there", async () => {
    put(oldest, archiveOf("oldest rows"));
    put(old, archiveOf("old rows"));
    put("orders-2024-06-01T00-00-00Z-before-restore.dump", archiveOf("spoilt rows"));
    const { code, stdout } = await run("restore");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^backed up orders to orders-\S+Z-before-restore\.dump, 17 bytes\n/);
    expect(stdout).toContain(`restored orders from ${old}\n`);
    expect(readFileSync(database, "utf8")).toBe("old rows");
    const [saved = ""] = files().filter((name) => /^orders-(?!2024).*-before-restore/.test(name));
    expect(readFileSync(path.join(backups, saved), "utf8")).toBe(archiveOf("rows"));
  });

  test("takes the one that is named, and no file of another folder", async () => {
    put(oldest, archiveOf("oldest rows"));
    put(old);
    writeFileSync(path.join(folder, old), archiveOf("stolen rows"));
    expect((await run("restore", { FROM: oldest })).code).toBe(0);
    expect(readFileSync(database, "utf8")).toBe("oldest rows");
    expect((await run("restore", { FROM: `../${old}` })).code).toBe(0);
    expect(readFileSync(database, "utf8")).toBe("old rows");
  });

  test("only lists what there is when it is asked to", async () => {
    put(oldest);
    put(old);
    const { code, stdout } = await run("restore", { FROM: "list" });
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${oldest}  21 bytes\n${old}  21 bytes\n` });
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
    writeFileSync(
      path.join(folder, "bin", "pg_dump"),
      pgDump.replace("echo archive", "sleep 1\necho archive"),
    );
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
    stderr: "usage: postgres-backups.sh backup|choose|restore\n",
  });
});
