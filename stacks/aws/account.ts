import type { EC2Client } from "@aws-sdk/client-ec2";

import type { Architecture } from "../config/aws-config";
import { shown } from "../config/problems";

/** Whose credentials these are. */
export interface Identity {
  /** The account's 12 digits. */
  readonly accountId: string;
  /** `aws`, `aws-cn` or `aws-us-gov`. */
  readonly partition: string;
}

/** Why AWS tells nothing. */
export interface AccountFailure {
  readonly failure: "no credentials" | "expired" | "refused" | "silent";
  /** AWS' or its client's own words. */
  readonly reason: string;
}

/** For a person who waits: a region that does not exist has no address, and a host without a way out no answer. */
const client = { maxAttempts: 2, requestHandler: { connectionTimeout: 5000, requestTimeout: 20_000 } };

/** Clients of the region's services, as few as there can be: each takes time to load. */
export class Account {
  private constructor(
    readonly region: string,
    readonly ec2: EC2Client,
    readonly identity: Identity,
  ) {}

  /** Asks who we are, which takes no rights. */
  static async of(region: string): Promise<Account | AccountFailure> {
    const [{ EC2Client }, { STSClient, GetCallerIdentityCommand }] = await Promise.all([
      import("@aws-sdk/client-ec2"),
      import("@aws-sdk/client-sts"),
    ]);
    try {
      const sts = new STSClient({ region, ...client });
      const { Account: accountId = "", Arn = "" } = await sts.send(new GetCallerIdentityCommand({}));
      const partition = Arn.split(":")[1] ?? "aws";
      return new Account(region, new EC2Client({ region, ...client }), { accountId, partition });
    } catch (error) {
      return failureOf(error);
    }
  }

  /** What a quota allows; undefined where AWS does not tell, or these credentials may not ask. */
  async quota(service: string, code: string): Promise<number | undefined> {
    const { GetServiceQuotaCommand, ServiceQuotasClient } = await import("@aws-sdk/client-service-quotas");
    const quotas = new ServiceQuotasClient({ region: this.region, ...client });
    const asked = quotas.send(new GetServiceQuotaCommand({ ServiceCode: service, QuotaCode: code }));
    return asked.then(
      ({ Quota }) => Quota?.Value,
      () => undefined,
    );
  }
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_general.html and the SDK's own names of errors. */
export function failureOf(error: unknown): AccountFailure {
  const { name, message } = error instanceof Error ? error : { name: "", message: String(error) };
  const reason = `${name}: ${message}`;
  if (/expired/i.test(reason)) return { failure: "expired", reason };
  if (/^(CredentialsProviderError|TokenProviderError|ProviderError)$/.test(name)) {
    return { failure: "no credentials", reason };
  }
  if (
    /^(InvalidClientTokenId|SignatureDoesNotMatch|UnrecognizedClientException|AccessDenied|AuthFailure|UnauthorizedOperation|OptInRequired|IncompleteSignature)/.test(
      name,
    )
  ) {
    return { failure: "refused", reason };
  }
  return { failure: "silent", reason };
}

/** What to do about it. */
export function failureMessage({ failure, reason }: AccountFailure, region: string): string {
  const signIn = "sign in, as with aws sso login, and export AWS_PROFILE";
  switch (failure) {
    case "no credentials":
      return `there are no credentials; ${signIn}, or export AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY`;
    case "expired":
      return `the credentials have expired, ${shown(reason, 200)}; ${signIn} again`;
    case "refused":
      return `it refuses the credentials, ${shown(reason, 200)}; ${signIn}, or correct the ones that are exported`;
    case "silent":
      return `nothing answers in ${region}, ${shown(reason, 200)}; correct slipway:aws.region, or this host's way to the internet`;
  }
}

/** What the processors of this host are, for which its Docker daemon builds images. */
export function hostArchitecture(): Architecture {
  return process.arch === "arm64" ? "arm64" : "amd64";
}
