import { MachineApis } from "../../../../support/aws/machine-apis";

const authority = "0123456789abcdef".repeat(4);

let apis: MachineApis;

beforeEach(async () => {
  apis = await MachineApis.start({ bootstrap: "MACHINE='control-plane-0'\nROLE='initialize'\n" });
});

afterEach(() => apis.stop());

const claim = (question: string): Promise<number | null> =>
  apis.run("claim-cluster.py", undefined, question, authority);

const asked = () =>
  apis.requests.map(({ body, headers }) => [headers["x-amz-target"], JSON.parse(body) as unknown]);

const answer = (body: object, status = 200) => ({ status, body: JSON.stringify(body) });
const refusal = answer({ __type: "AccessDeniedException", Message: "not yet" }, 400);

describe("a control plane", () => {
  it("may begin a cluster where none of its authority was made", async () => {
    apis.secrets = [answer({ VersionIdsToStages: { ["f".repeat(64)]: ["AWSCURRENT"] } })];
    expect(await claim("may-begin")).toBe(0);
    apis.secrets = [answer({})];
    expect(await claim("may-begin")).toBe(0);
    const description = ["secretsmanager.DescribeSecret", { SecretId: "slipway/prod/cluster" }];
    expect(asked()).toEqual([description, description]);
  });

  it("may not where one was", async () => {
    apis.secrets = [answer({ VersionIdsToStages: { [authority]: ["AWSPREVIOUS"] } })];
    expect(await claim("may-begin")).toBe(3);
  });

  it("waits while AWS does not say, and tells why", async () => {
    const gone = answer(
      { __type: "ResourceNotFoundException", Message: "can't find the specified secret." },
      400,
    );
    apis.secrets = [gone, answer({ VersionIdsToStages: null })];
    expect(await claim("may-begin")).toBe(0);
    expect(apis.console()).toEqual([
      "slipway: log waiting for the secret slipway/prod/cluster: HTTP 400 ResourceNotFoundException can't find the specified secret.",
    ]);
  }, 20_000);

  it("notes that a cluster was made, under its authority's hash", async () => {
    apis.secrets = [answer({})];
    expect(await claim("made")).toBe(0);
    expect(asked()).toEqual([
      [
        "secretsmanager.PutSecretValue",
        { SecretId: "slipway/prod/cluster", ClientRequestToken: authority, SecretString: "made" },
      ],
    ]);
  });

  it("tells when it could not note it, so that it is asked again", async () => {
    apis.secrets = [refusal];
    expect(await claim("made")).toBe(1);
  });
});
