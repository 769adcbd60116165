import { createHash, randomBytes } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { type ApiAnswer, MachineApis } from "../../../../support/aws/machine-apis";

const key = "0a5186d48e00-amd64";
const script = "fetch-machine-files.py";

/** An archive as the toolchain makes it, of a file and of an installer that leaves its mark. */
function archive(): Buffer {
  const folder = mkdtempSync(path.join(tmpdir(), "slipway-archive-"));
  try {
    mkdirSync(path.join(folder, "usr/lib/slipway"), { recursive: true });
    const installer = `#!/bin/sh\ncd "$(dirname "$0")/../../.." && touch installed && ls usr/bin/kubelet\n`;
    writeFileSync(path.join(folder, "usr/lib/slipway/install-machine"), installer, { mode: 0o755 });
    mkdirSync(path.join(folder, "usr/bin"));
    writeFileSync(path.join(folder, "usr/bin/kubelet"), randomBytes(4000));
    return execFileSync("tar", ["--create", "--gzip", "--directory", folder, "usr"]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const bytes = archive();
const sha256 = createHash("sha256").update(bytes).digest("hex");

function secretOf(folder: string, checksum = sha256): ApiAnswer {
  const content = `BUCKET='prod-files-1'\nARCHIVE='${folder}/${checksum}.tar.gz'\n`;
  const files = [
    { path: "/etc/slipway/pki/ca.key", content: "a key" },
    { path: "/etc/slipway/machine-archive.env", content },
  ];
  return { status: 200, body: JSON.stringify({ SecretString: JSON.stringify(files) }) };
}

const fromS3 = (code: string): string =>
  `<?xml version="1.0"?><Error><Code>${code}</Code><Message>No</Message></Error>`;

let apis: MachineApis;

beforeEach(async () => {
  const bootstrap = "ROLE='join-worker'\n";
  apis = await MachineApis.start({ bootstrap, "machine-files": `KEY='${key}'\n` });
  apis.secrets = [secretOf(key)];
  apis.objects = [{ status: 200, body: bytes }];
});

afterEach(() => apis.stop());

const begun = `slipway: step fetching the machine's files ${key}`;
const unpacked = "slipway: step unpacking the machine's files";
const asked = () => apis.requests.filter((request) => request.path !== "/");

/** Runs it until the console says so: it goes on for ever. */
async function runUntil(words: string): Promise<void> {
  const ending = new AbortController();
  const done = apis.run(script, ending.signal);
  const said = (): string => (existsSync(path.join(apis.folder, "console")) ? apis.console().join("\n") : "");
  while (!said().includes(words)) await sleep(50);
  ending.abort();
  await done;
}

describe("a stock system on AWS", () => {
  it("is unpacked what its role's secret names, and lets it install itself", async () => {
    expect(await apis.run(script)).toBe(0);
    expect(apis.console()).toEqual([begun, unpacked]);
    expect(readFileSync(apis.at("usr/bin/kubelet"))).toHaveLength(4000);
    expect(existsSync(apis.at("installed"))).toBe(true);
    expect(readdirSync(apis.at("var/lib/slipway"))).toEqual([]);
  });

  it("asks S3 with its role's credentials, signed for its region", async () => {
    await apis.run(script);
    expect(asked().map(({ method, path: url }) => [method, url])).toEqual([
      ["GET", `/${key}/${sha256}.tar.gz`],
    ]);
    const headers = asked()[0]?.headers;
    expect(headers).toMatchObject({
      "x-amz-security-token": "session-token",
      "x-amz-content-sha256": createHash("sha256").digest("hex"),
    });
    expect(headers?.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/s3\/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token, Signature=[0-9a-f]{64}$/,
    );
  });

  it("goes on where a download was cut off", async () => {
    const at = 1000;
    const range = { "Content-Range": `bytes ${at}-${bytes.length - 1}/${bytes.length}` };
    apis.objects = [
      { status: 200, body: bytes, cutAfter: at },
      { status: 206, body: bytes.subarray(at), headers: range },
    ];
    expect(await apis.run(script)).toBe(0);
    expect(asked().map(({ headers }) => headers.range)).toEqual([undefined, `bytes=${at}-`]);
    expect(apis.console()[1]).toContain("log waiting for");
    expect(existsSync(apis.at("installed"))).toBe(true);
  });

  it("says why S3 refuses, once, and tries again", async () => {
    const refused = { status: 403, body: fromS3("AccessDenied") };
    apis.objects.unshift(refused, refused);
    expect(await apis.run(script)).toBe(0);
    expect(apis.console()).toEqual([
      begun,
      `slipway: log waiting for the machine's files ${key}: HTTP 403 AccessDenied No`,
      unpacked,
    ]);
  }, 30_000);

  it("waits for a secret that names the files of its own document", async () => {
    apis.secrets.unshift(secretOf("ffffffffffff-amd64"));
    expect(await apis.run(script)).toBe(0);
    expect(apis.console()[1]).toBe(
      `slipway: log waiting for the machine's files ${key}: the secret names ffffffffffff-amd64`,
    );
    expect(asked()).toHaveLength(1);
  });

  it("fails, and says so, when the files are not those of the checksum", async () => {
    const other = "0".repeat(64);
    apis.secrets = [secretOf(key, other)];
    await runUntil("slipway: failed");
    expect(apis.console()).toEqual([
      begun,
      `slipway: log the machine's files ${key} have the SHA-256 ${sha256}, and it is to be ${other}`,
      "slipway: failed making a machine of this system",
    ]);
    expect(existsSync(apis.at("usr"))).toBe(false);
    expect(readdirSync(apis.at("var/lib/slipway"))).toEqual([]);
  }, 30_000);

  it("fails, and says so, when what it unpacked cannot install itself", async () => {
    const broken = Buffer.from("no archive");
    apis.secrets = [secretOf(key, createHash("sha256").update(broken).digest("hex"))];
    apis.objects = [{ status: 200, body: broken }];
    await runUntil("slipway: failed");
    expect(apis.console()[2]).toMatch(/^slipway: log tar ended with 2: /);
  }, 30_000);
});

describe("an image that is prepared", () => {
  it("with the same files is used as it is", async () => {
    mkdirSync(apis.at("var/lib/slipway"), { recursive: true });
    writeFileSync(apis.at("var/lib/slipway/machine-files-key"), `${key}\n`);
    expect(await apis.run(script)).toBe(0);
    expect(apis.console()).toEqual([
      `slipway: step using the image as it is: it has the machine's files ${key}`,
    ]);
    expect(apis.requests).toEqual([]);
  });

  it("with others is made anew", async () => {
    mkdirSync(apis.at("var/lib/slipway"), { recursive: true });
    writeFileSync(apis.at("var/lib/slipway/machine-files-key"), "ffffffffffff-amd64\n");
    expect(await apis.run(script)).toBe(0);
    expect(existsSync(apis.at("installed"))).toBe(true);
  });
});
