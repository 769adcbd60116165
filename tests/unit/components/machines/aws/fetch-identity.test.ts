import { readFileSync, statSync } from "node:fs";

import { MachineApis } from "../../../../support/aws/machine-apis";

const files = [
  { path: "/etc/slipway/pki/ca.key", content: "a 'key' with \"quotes\"\nand ümlauts\n", permissions: "0600" },
  { path: "/etc/slipway/plain", content: "text" },
];

/** As the bootstrap has them: its ENDPOINT is the cluster's, and nobody who knows of secrets. */
const bootstrapSettings = (role: string): string =>
  `MACHINE='control-plane-1'\nROLE='${role}'\nENDPOINT='https://api.prod.slipway.internal:6443'\n`;

let apis: MachineApis;

beforeEach(async () => {
  apis = await MachineApis.start({ bootstrap: bootstrapSettings("join-control-plane") });
  apis.secrets = [{ status: 200, body: JSON.stringify({ SecretString: JSON.stringify(files) }) }];
});

afterEach(() => apis.stop());

const fetchIdentity = (): Promise<number | null> => apis.run("fetch-identity.py");
const mode = (file: string): number => statSync(apis.at(file)).mode & 0o777;

describe("a machine on AWS", () => {
  test("writes the files of its own secret, with their modes", async () => {
    expect(await fetchIdentity()).toBe(0);
    for (const file of files) expect(readFileSync(apis.at(file.path), "utf8")).toBe(file.content);
    expect([mode("/etc/slipway/pki/ca.key"), mode("/etc/slipway/plain")]).toEqual([0o600, 0o644]);
    expect(apis.console()).toEqual(["slipway: step fetching the secret slipway/prod/control-plane"]);
  });

  test("asks with its role's credentials, signed for Secrets Manager in its region", async () => {
    await fetchIdentity();
    const asked = apis.requests.filter((request) => request.path === "/");
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
    apis.secrets.unshift(
      { status: 400, body: refused },
      { status: 400, body: refused },
      { status: 200, body: JSON.stringify({ SecretString: "a key, but no list of files" }) },
    );
    expect(await fetchIdentity()).toBe(0);
    expect(apis.console()).toEqual([
      "slipway: step fetching the secret slipway/prod/control-plane",
      "slipway: log waiting for the secret slipway/prod/control-plane: HTTP 400 AccessDeniedException not authorized",
      "slipway: log waiting for an answer that can be read (JSONDecodeError)",
    ]);
    expect(readFileSync(apis.at("/etc/slipway/plain"), "utf8")).toBe("text");
  }, 30_000);

  test("of a pool asks for the workers' secret, as it may read no other", async () => {
    apis.set("bootstrap", bootstrapSettings("join-worker"));
    expect(await fetchIdentity()).toBe(0);
    expect(apis.console()).toEqual(["slipway: step fetching the secret slipway/prod/worker"]);
  });
});
