import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import * as path from "node:path";

const script = path.resolve("components", "machines", "aws", "files", "fetch-identity.py");
const files = [
  { path: "/etc/slipway/pki/ca.key", content: "a 'key' with \"quotes\"\nand ümlauts\n", permissions: "0600" },
  { path: "/etc/slipway/plain", content: "text" },
];

interface Request {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

const metadata: Readonly<Record<string, string>> = {
  "/latest/meta-data/iam/security-credentials/": "control-plane-role",
  "/latest/meta-data/iam/security-credentials/control-plane-role": JSON.stringify({
    AccessKeyId: "AKIDEXAMPLE",
    SecretAccessKey: "not/a+secret",
    Token: "session-token",
  }),
  "/latest/meta-data/placement/region": "eu-central-1",
  "/latest/meta-data/services/domain": "amazonaws.com",
};

/** IMDSv2: nothing without the token that a PUT gives. */
function metadataAnswer({ method, path: url, headers }: Request): Answer {
  if (url === "/latest/api/token") return { status: method === "PUT" ? 200 : 405, body: "imds-token" };
  if (headers["x-aws-ec2-metadata-token"] !== "imds-token") return { status: 401, body: "" };
  const body = metadata[url ?? ""];
  return body === undefined ? { status: 404, body: "" } : { status: 200, body };
}

/** As the bootstrap has them: its ENDPOINT is the cluster's, and nobody who knows of secrets. */
const bootstrapSettings = (role: string): string =>
  `MACHINE='control-plane-1'\nROLE='${role}'\nENDPOINT='https://api.prod.slipway.internal:6443'\n`;

let folder = "";
let server: Server;
let requests: Request[] = [];
/** What Secrets Manager answers, in order; the last again and again. */
let answers: Answer[] = [];

async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const { method, url, headers } = incoming;
  const request = { method, path: url, headers, body: Buffer.concat(chunks).toString() };
  requests.push(request);
  const isSecrets = url === "/";
  const { status, body } = isSecrets
    ? ((answers.length > 1 ? answers.shift() : answers[0]) ?? { status: 500, body: "" })
    : metadataAnswer(request);
  response.writeHead(status).end(body);
}

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "slipway-secrets-"));
  requests = [];
  answers = [{ status: 200, body: JSON.stringify({ SecretString: JSON.stringify(files) }) }];
  server = createServer((incoming, response) => void answer(incoming, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  mkdirSync(path.join(folder, "root"));
  writeFileSync(path.join(folder, "bootstrap.env"), bootstrapSettings("join-control-plane"));
  writeFileSync(
    path.join(folder, "secrets.env"),
    `SECRETS='slipway/prod'\nSECRETS_ENDPOINT='${at}/'\nMETADATA='${at}'\n` +
      `CONSOLE='${folder}/console'\nROOT='${folder}/root'\n`,
  );
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

function fetchIdentity(): Promise<number | null> {
  const env = { PATH: process.env.PATH, SLIPWAY_SETTINGS: folder };
  const child = spawn("python3", [script], { env, stdio: ["ignore", "ignore", "inherit"] });
  return new Promise((resolve) => child.on("close", resolve));
}

const written = (file: string): string => path.join(folder, "root", file);
const mode = (file: string): number => statSync(written(file)).mode & 0o777;
const consoleLines = (): string[] => readFileSync(path.join(folder, "console"), "utf8").trim().split("\n");

describe("a machine on AWS", () => {
  test("writes the files of its own secret, with their modes", async () => {
    expect(await fetchIdentity()).toBe(0);
    for (const file of files) expect(readFileSync(written(file.path), "utf8")).toBe(file.content);
    expect([mode("/etc/slipway/pki/ca.key"), mode("/etc/slipway/plain")]).toEqual([0o600, 0o644]);
    expect(consoleLines()).toEqual(["slipway: step fetching the secret slipway/prod/control-plane"]);
  });

  test("asks with its role's credentials, signed for Secrets Manager in its region", async () => {
    await fetchIdentity();
    const asked = requests.filter((request) => request.path === "/");
    expect(asked).toHaveLength(1);
    expect(JSON.parse(asked[0]?.body ?? "")).toEqual({ SecretId: "slipway/prod/control-plane" });
    expect(asked[0]?.headers).toMatchObject({
      "x-amz-target": "secretsmanager.GetSecretValue",
      "x-amz-security-token": "session-token",
      "content-type": "application/x-amz-json-1.1",
    });
    expect(asked[0]?.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/secretsmanager\/aws4_request, SignedHeaders=\S*x-amz-security-token\S*, Signature=[0-9a-f]{64}$/,
    );
  });

  test("says once what it waits for, and tries again until its secret is there", async () => {
    const refused = JSON.stringify({ __type: "AccessDeniedException", Message: "not authorized" });
    answers.unshift(
      { status: 400, body: refused },
      { status: 400, body: refused },
      { status: 200, body: JSON.stringify({ SecretString: "a key, but no list of files" }) },
    );
    expect(await fetchIdentity()).toBe(0);
    expect(consoleLines()).toEqual([
      "slipway: step fetching the secret slipway/prod/control-plane",
      "slipway: log waiting for the secret slipway/prod/control-plane: HTTP 400 AccessDeniedException not authorized",
      "slipway: log waiting for an answer that can be read (JSONDecodeError)",
    ]);
    expect(readFileSync(written("/etc/slipway/plain"), "utf8")).toBe("text");
  }, 30_000);

  test("of a pool asks for the workers' secret, as it may read no other", async () => {
    writeFileSync(path.join(folder, "bootstrap.env"), bootstrapSettings("join-worker"));
    expect(await fetchIdentity()).toBe(0);
    expect(consoleLines()).toEqual(["slipway: step fetching the secret slipway/prod/worker"]);
  });
});
