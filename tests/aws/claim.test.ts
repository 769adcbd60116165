import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

import type * as pulumi from "@pulumi/pulumi";

import { controlPlaneStatements, workerStatements } from "../../components/machines/aws/machine-rights";
import { policyDocument } from "../../components/machines/aws/policy";
import { MetadataService } from "../support/aws/metadata-service";
import { Moto } from "../support/aws/moto";

jest.setTimeout(120_000);

const region = "eu-central-1";
const script = path.resolve("components", "machines", "aws", "files", "claim-cluster.py");
const authority = "0123456789abcdef".repeat(4);
const iam = ["iam", "2010-05-08"] as const;

let moto: Moto;
let arn = "";
const services: MetadataService[] = [];
const folder = mkdtempSync(path.join(tmpdir(), "slipway-claim-"));

const valueOf = <T>(output: pulumi.Output<T>): Promise<T> =>
  new Promise((resolve) => {
    output.apply(resolve as (value: T) => void);
  });

/** Calls Secrets Manager as a person who may do everything. */
async function secrets(action: string, parameters: object): Promise<Record<string, unknown>> {
  const response = await fetch(moto.url, {
    method: "POST",
    headers: {
      Authorization: `AWS4-HMAC-SHA256 Credential=testing/20260101/${region}/secretsmanager/aws4_request, SignedHeaders=host, Signature=0`,
      "X-Amz-Target": `secretsmanager.${action}`,
      "Content-Type": "application/x-amz-json-1.1",
    },
    body: JSON.stringify(parameters),
  });
  return (await response.json()) as Record<string, unknown>;
}

/** What a machine of a role runs by. */
async function machine(role: "control-plane" | "worker"): Promise<string> {
  const place = { partition: "aws", region, accountId: "123456789012", environment: "prod" };
  const rights = {
    ...place,
    keyArn: "arn:aws:kms:::key/1",
    secretArn: `${arn}-other`,
    claimArn: arn,
    joinTokenArn: `${arn}-token`,
  };
  const statements = role === "worker" ? workerStatements(rights) : controlPlaneStatements(rights);
  const trust = { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" };
  await moto.call(iam, "CreateRole", {
    RoleName: role,
    AssumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [trust] }),
  });
  await moto.call(iam, "PutRolePolicy", {
    ...{ RoleName: role, PolicyName: role },
    PolicyDocument: await valueOf(policyDocument(statements)),
  });
  const answer = await moto.call(["sts", "2011-06-15"], "AssumeRole", {
    RoleArn: `arn:aws:iam::123456789012:role/${role}`,
    RoleSessionName: "instance",
  });
  const field = (tag: string): string => new RegExp(`<${tag}>(.*?)</${tag}>`).exec(answer)?.[1] ?? "";
  const metadata = await MetadataService.start("127.0.0.1", {
    ...{ region, instanceId: "i-0123456789abcdef0" },
    role: {
      name: role,
      credentials: {
        AccessKeyId: field("AccessKeyId"),
        SecretAccessKey: field("SecretAccessKey"),
        Token: field("SessionToken"),
      },
    },
  });
  services.push(metadata);
  const settings = mkdtempSync(path.join(folder, "settings-"));
  writeFileSync(path.join(settings, "bootstrap.env"), "ROLE='initialize'\n");
  writeFileSync(
    path.join(settings, "secrets.env"),
    `SECRETS='slipway/prod'\nENDPOINT_secretsmanager='${moto.url}'\nMETADATA='${metadata.url}'\nCONSOLE='${settings}/console'\n`,
  );
  return settings;
}

/** Gives the code that it ends with, or nothing when its time is over. */
function ask(settings: string, question: string, of = authority): Promise<number | null> {
  const env = { PATH: process.env.PATH, SLIPWAY_SETTINGS: settings };
  const child = execFile("python3", ["-B", script, question, of], { env, timeout: 10_000 });
  return new Promise((resolve) => child.once("close", resolve));
}

beforeAll(async () => {
  moto = await Moto.start();
  arn = String((await secrets("CreateSecret", { Name: "slipway/prod/cluster" })).ARN);
});

afterAll(async () => {
  for (const service of services) await service.stop();
  await moto.stop();
  rmSync(folder, { recursive: true });
});

it("lets a cluster begin until one was made of its authority, by a control plane's own rights", async () => {
  const settings = await machine("control-plane");
  expect(await ask(settings, "may-begin")).toBe(0);
  expect(await ask(settings, "may-begin")).toBe(0);
  expect(await ask(settings, "made")).toBe(0);
  expect(await ask(settings, "may-begin")).toBe(3);
  // As each control plane that becomes one does.
  expect(await ask(settings, "made")).toBe(0);
  // Of another authority nothing is known, and what is known of the first one stays.
  const another = "f".repeat(64);
  expect(await ask(settings, "may-begin", another)).toBe(0);
  expect(await ask(settings, "made", another)).toBe(0);
  expect(await ask(settings, "may-begin")).toBe(3);
});

it("tells a worker nothing", async () => {
  const settings = await machine("worker");
  expect(await ask(settings, "may-begin")).toBeNull();
  expect(readFileSync(path.join(settings, "console"), "utf8")).toContain("HTTP 400 AccessDeniedException");
  expect(await ask(settings, "made")).toBe(1);
});
