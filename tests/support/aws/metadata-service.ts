import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Of an instance's role, for a while. */
export interface RoleCredentials {
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly Token: string;
}

/** What an instance's metadata service says of it. */
export interface InstanceFacts {
  readonly instanceId: string;
  readonly region: string;
  /** By path below the API's version, as in `meta-data/local-ipv4`. Default: nothing more than the above. */
  readonly more?: Readonly<Record<string, string | Buffer>>;
  /** Default: it has none. */
  readonly role?: { readonly name: string; readonly credentials: RoleCredentials };
}

/** Those of a role that may do everything at moto. */
export const allPowerful: RoleCredentials = {
  AccessKeyId: "testing",
  SecretAccessKey: "testing",
  Token: "testing",
};
const sixHours = 6 * 3600;

/**
 * An instance's metadata service, as far as AWS' clients and cloud-init ask it: version 2 alone, in any version of the API,
 * with the credentials of the instance's role.
 */
export class MetadataService {
  private readonly answers: Map<string, string | Buffer>;

  private constructor(
    private readonly server: Server,
    private readonly host: string,
    { instanceId, region, more, role }: InstanceFacts,
  ) {
    this.answers = new Map<string, string | Buffer>(
      Object.entries({
        "meta-data/instance-id": instanceId,
        "meta-data/placement/region": region,
        "meta-data/services/domain": "amazonaws.com",
        "dynamic/instance-identity/document": JSON.stringify({ instanceId, region }),
        ...(role && {
          [`meta-data/iam/security-credentials/${role.name}`]: credentialsDocument(role.credentials),
        }),
        ...more,
      }),
    );
  }

  /** @param host address to listen on */
  static async start(host: string, facts: InstanceFacts): Promise<MetadataService> {
    const server = createServer();
    const service = new MetadataService(server, host, facts);
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      service.answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    return service;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://${this.host}:${this.port}`;
  }

  /** From now on it says this at a path. */
  say(path: string, text: string): void {
    this.answers.set(path, text);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private answer({ method, url = "", headers }: IncomingMessage, response: ServerResponse): void {
    const token = "token-of-the-session";
    if (method === "PUT" && url === "/latest/api/token") {
      response.setHeader("x-aws-ec2-metadata-token-ttl-seconds", String(sixHours)).end(token);
    } else if (headers["x-aws-ec2-metadata-token"] !== token) {
      response.writeHead(401).end();
    } else {
      const path = /^\/(?:latest|\d{4}-\d\d-\d\d)\/(.*)$/.exec(url)?.[1] ?? "";
      const found = this.answers.get(path) ?? this.list(path);
      response.writeHead(found === undefined ? 404 : 200).end(found);
    }
  }

  /** What lies below a path, a line each, with a slash behind what has something below it; undefined if it is nothing. */
  private list(path: string): string | undefined {
    const folder = path === "" || path.endsWith("/") ? path : `${path}/`;
    const below = [...this.answers.keys()]
      .filter((key) => key.startsWith(folder))
      .map((key) => /^[^/]*\/?/.exec(key.slice(folder.length))?.[0] ?? "");
    return below.length > 0 ? [...new Set(below)].join("\n") : undefined;
  }
}

function credentialsDocument(credentials: RoleCredentials): string {
  const Expiration = new Date(Date.now() + sixHours * 1000).toISOString();
  return JSON.stringify({ Code: "Success", Type: "AWS-HMAC", ...credentials, Expiration });
}
