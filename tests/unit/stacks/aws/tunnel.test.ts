import { accessAdvice } from "../../../../stacks/aws/foundation";
import { pluginArguments, sessionRequest, tunnelPlan } from "../../../../stacks/aws/tunnel";
import { stackSettings } from "../../../support/aws/stack-settings";

const plan = tunnelPlan("prod", stackSettings("prod"));

test("a tunnel leads from the setting's port to the API's name inside the VPC", () => {
  expect(plan).toEqual({
    environment: "prod",
    region: "eu-central-1",
    localPort: 26443,
    host: "api.prod.slipway.internal",
  });
});

test("a session is asked for and handed to the plugin as AWS' clients do it", () => {
  const request = sessionRequest(plan, "i-0a1b2c3d");
  expect(request).toEqual({
    Target: "i-0a1b2c3d",
    DocumentName: "AWS-StartPortForwardingSessionToRemoteHost",
    Parameters: { host: ["api.prod.slipway.internal"], portNumber: ["6443"], localPortNumber: ["26443"] },
  });
  const answer = { SessionId: "s-1", StreamUrl: "wss://ssm.example/s-1", TokenValue: "secret" };
  const [session = "", region, operation, profile, asked = "", endpoint] = pluginArguments(
    plan,
    answer,
    request,
    "me",
  );
  expect(JSON.parse(session)).toEqual(answer);
  expect([region, operation, profile]).toEqual(["eu-central-1", "StartSession", "me"]);
  expect(JSON.parse(asked)).toEqual(request);
  expect(endpoint).toBe("https://ssm.eu-central-1.amazonaws.com");
});

test("an environment without a tunnel says how its API is reached", () => {
  expect(() => tunnelPlan("dev", {})).toThrow(/^dev is not on AWS: its API answers on 127\.0\.0\.1:\d+$/);
  const { aws } = stackSettings("staging");
  expect(() =>
    tunnelPlan("staging", { ...stackSettings("staging"), aws: { ...aws, access: "vpc" } }),
  ).toThrow(
    "the API of staging is reached without a tunnel: slipway:aws.access is vpc; write tunnel for one",
  );
});

test.each([
  [{ kind: "tunnel" } as const, "open the tunnel beside this with make tunnel ENV=prod"],
  [{ kind: "vpc" } as const, "run this inside the VPC"],
  [
    { kind: "public", allowedCidrs: ["203.0.113.0/24"] } as const,
    "run this from one of slipway:aws.allowedCidrs, 203.0.113.0/24",
  ],
])("who cannot reach an API with access %j is told what to do", (access, advice) => {
  expect(accessAdvice("prod", access)).toContain(advice);
});
