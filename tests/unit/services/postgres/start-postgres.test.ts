// The script alone, with programs that stand in for PostgreSQL's: they note what they are told, and make what it looks for.
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

const script = path.resolve(__dirname, "../../../../services/postgres/start-postgres");

const initdb = `#!/bin/bash
for argument; do case "$argument" in
  --pgdata=*) data=\${argument#*=} ;;
  --pwfile=*) password=$(<"\${argument#*=}") ;;
  --username=*) user=\${argument#*=} ;;
esac; done
[ ! -e "$data" ] || exit 3
mkdir -p "$data"
if [ -e "$FOLDER/interrupt" ]; then exit 4; fi
echo 15 >"$data/PG_VERSION"
echo "initdb $user $password" >>"$FOLDER/calls"
`;

const postgres = `#!/bin/bash
if [ "$1" = --single ]; then echo "alone in \${3##*/}: $(cat)" >>"$FOLDER/calls"
else echo "postgres \${*:3} \${POSTGRES_PASSWORD-no password}" >>"$FOLDER/calls"; fi
`;

const server = "postgres -c config_file=/etc/postgresql/postgresql.conf";

let folder: string;
const at = (name: string): string => path.join(folder, name);

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "slipway-postgres-"));
  mkdirSync(at("bin"));
  writeFileSync(at("bin/initdb"), initdb, { mode: 0o755 });
  writeFileSync(at("bin/postgres"), postgres, { mode: 0o755 });
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Runs it; gives what the programs were told, and what it said itself. */
function start(variables: Record<string, string>, ...args: string[]): { calls: string[]; said: string } {
  rmSync(at("calls"), { force: true });
  const PATH = `${at("bin")}:${process.env.PATH ?? ""}`;
  const env = { PATH, FOLDER: folder, PGDATA: at("volume/pgdata"), ...variables };
  const { stdout, stderr } = spawnSync(script, args, { env, encoding: "utf8" });
  const calls = existsSync(at("calls")) ? readFileSync(at("calls"), "utf8").trimEnd().split("\n") : [];
  return { calls, said: stdout + stderr };
}

const shop = { POSTGRES_USER: "shop", POSTGRES_DB: "orders", POSTGRES_PASSWORD: "first" };

describe("on an empty volume", () => {
  it("makes the user and the database, and hands the server no password", () => {
    const { calls } = start(shop, "-c", "max_connections=50");
    expect(calls).toEqual([
      "initdb shop first",
      'alone in pgdata.new: CREATE DATABASE "orders" OWNER "shop"',
      `${server} -c max_connections=50 no password`,
    ]);
    expect(readdirSync(at("volume"))).toEqual(["pgdata"]);
  });

  it("takes the password out of a file, without the end of its line", () => {
    writeFileSync(at("password"), "of the file\n");
    const { calls } = start({ POSTGRES_PASSWORD_FILE: at("password") });
    expect(calls).toEqual(["initdb postgres of the file", `${server} no password`]);
  });

  it("clears away what an interrupted start left, and makes it anew", () => {
    writeFileSync(at("interrupt"), "");
    expect(start(shop).calls).toEqual([]);
    expect(readdirSync(at("volume"))).toEqual(["pgdata.new"]);
    rmSync(at("interrupt"));
    expect(start(shop).calls).toHaveLength(3);
    expect(readdirSync(at("volume"))).toEqual(["pgdata"]);
  });

  it.each([
    [{}, "the volume has no database yet: set POSTGRES_PASSWORD_FILE or POSTGRES_PASSWORD"],
    [{ POSTGRES_PASSWORD_FILE: "/nowhere" }, "POSTGRES_PASSWORD_FILE is /nowhere, which cannot be read"],
    [{ POSTGRES_PASSWORD: "a\nb" }, "the password has more than one line"],
    [
      { POSTGRES_PASSWORD: "x", PGDATA: "/proc" },
      "PGDATA is /proc, a volume's own folder: choose one below it",
    ],
  ])("with %j says what is wrong, and starts nothing", (variables, message) => {
    expect(start(variables)).toEqual({ calls: [], said: `start-postgres: ${message}\n` });
  });
});

describe("on a volume that has a database", () => {
  beforeEach(() => {
    start(shop);
  });

  it("keeps it, and sets the password that it is given", () => {
    const { calls } = start({ ...shop, POSTGRES_PASSWORD: "it's" });
    expect(calls).toEqual([`alone in pgdata: ALTER ROLE "shop" PASSWORD 'it''s'`, `${server} no password`]);
  });

  it("needs no password", () => {
    expect(start({}).calls).toEqual([`${server} no password`]);
  });

  it("does not touch what another version wrote", () => {
    writeFileSync(at("volume/pgdata/PG_VERSION"), "14\n");
    const { calls, said } = start(shop);
    expect(calls).toEqual([]);
    expect(said).toContain("was written by PostgreSQL 14, and this is 15: restore a backup of it");
  });
});
