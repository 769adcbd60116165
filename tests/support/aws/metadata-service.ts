import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** What an instance's metadata service says of it. */
export interface InstanceFacts {
  readonly instanceId: string;
  readonly region: string;
}

/**
 * An instance's metadata service, as far as AWS' clients ask it: version 2 alone, with the credentials of the instance's
 * role, which moto takes.
 */
export class MetadataService {
  private constructor(
    private readonly server: Server,
    private readonly host: string,
  ) {}

  /** @param host address to listen on */
  static async start(host: string, { instanceId, region }: InstanceFacts): Promise<MetadataService> {
    const credentials = {
      ...{
        Code: "Success",
        Type: "AWS-HMAC",
        AccessKeyId: "testing",
        SecretAccessKey: "testing",
        Token: "testing",
      },
      Expiration: new Date(Date.now() + 6 * 3600_000).toISOString(),
    };
    const answers: Readonly<Record<string, string>> = {
      "/latest/meta-data/instance-id": instanceId,
      "/latest/meta-data/placement/region": region,
      "/latest/dynamic/instance-identity/document": JSON.stringify({ instanceId, region }),
      "/latest/meta-data/iam/security-credentials/": "control-plane",
      "/latest/meta-data/iam/security-credentials/control-plane": JSON.stringify(credentials),
    };
    const token = "token-of-the-session";
    const server = createServer(({ method, url = "", headers }, response) => {
      if (method === "PUT" && url === "/latest/api/token") {
        response.setHeader("x-aws-ec2-metadata-token-ttl-seconds", "21600").end(token);
      } else if (headers["x-aws-ec2-metadata-token"] !== token) {
        response.writeHead(401).end();
      } else {
        const answer = answers[url];
        response.writeHead(answer === undefined ? 404 : 200).end(answer);
      }
    });
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    return new MetadataService(server, host);
  }

  get url(): string {
    return `http://${this.host}:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
