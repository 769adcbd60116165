import { createHash } from "node:crypto";

import { MachineApis } from "../../../../support/aws/machine-apis";

const authority = "-----BEGIN CERTIFICATE-----\nmade up\n-----END CERTIFICATE-----\n";
const fileSystem = "0d2b6a0c-7d0c-4a83-8a54-0c9d2b0f6f11";

let apis: MachineApis;

beforeEach(async () => {
  apis = await MachineApis.start({ bootstrap: "MACHINE='control-plane-0'\nROLE='initialize'\n" });
  apis.put("/etc/slipway/ca.crt", authority);
  apis.program("findmnt", "echo /dev/nvme1n1");
  apis.program(
    "blkid",
    `[ "$*" = "--probe --output value --match-tag UUID /dev/nvme1n1" ] && echo ${fileSystem}`,
  );
});

afterEach(() => apis.stop());

const claim = (): Promise<number | null> => apis.run("claim-cluster.py");

const answer = (type: string, message: string) => ({
  status: 400,
  body: JSON.stringify({ __type: type, Message: message }),
});

describe("a control plane that would begin a cluster", () => {
  it("writes it down first, under the authority's hash, with the disk that will have the data", async () => {
    apis.secrets = [{ status: 200, body: "{}" }];
    expect(await claim()).toBe(0);
    expect(apis.requests.map(({ body, headers }) => [headers["x-amz-target"], JSON.parse(body)])).toEqual([
      [
        "secretsmanager.PutSecretValue",
        {
          SecretId: "slipway/prod/cluster",
          ClientRequestToken: createHash("sha256").update(authority).digest("hex"),
          SecretString: fileSystem,
        },
      ],
    ]);
  });

  it("may not when another disk was written down", async () => {
    apis.secrets = [answer("ResourceExistsException", "You can't use ClientRequestToken")];
    expect(await claim()).toBe(3);
  });

  it("waits while AWS does not say, and tells why", async () => {
    apis.secrets = [answer("AccessDeniedException", "not yet"), { status: 200, body: "{}" }];
    expect(await claim()).toBe(0);
    expect(apis.console()).toEqual([
      "slipway: log waiting for the secret slipway/prod/cluster: HTTP 400 AccessDeniedException not yet",
    ]);
  }, 20_000);

  it("may not without a disk of etcd's own", async () => {
    apis.secrets = [{ status: 200, body: "{}" }];
    apis.program("findmnt", "exit 1");
    expect(await claim()).toBe(1);
    expect(apis.requests).toEqual([]);
  });
});
