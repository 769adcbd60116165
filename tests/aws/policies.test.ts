import { policyFindings } from "../support/aws/policy-findings";

const allow = (Action: string, Resource: string): object => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action, Resource }],
});

describe("the linter of IAM policies", () => {
  it("knows the names of actions, and which resources each has", () => {
    const secret = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:dev-identity-a1b2c3";
    expect(
      policyFindings({
        right: allow("secretsmanager:GetSecretValue", secret),
        misspelt: allow("secretsmanager:GetSecret", secret),
        elsewhere: allow("s3:GetObject", "arn:aws:s3:::bucket"),
      }),
    ).toEqual({
      right: [],
      misspelt: [expect.stringContaining("secretsmanager:GetSecret")],
      elsewhere: [expect.stringContaining("RESOURCE_MISMATCH")],
    });
  });
});
