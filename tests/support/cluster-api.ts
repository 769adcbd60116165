import { request } from "node:https";

import { KubeConfig } from "@kubernetes/client-node";

import type { Credentials } from "./requests";
import type { TestEnvironment } from "./test-environment";

/** What a server answers. */
export interface Answer {
  /** 0 where there was no answer. */
  readonly status: number;
  /** The body; or why there was no answer. */
  readonly text: string;
}

/** What is asked. */
export interface Question {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Default 10. */
  readonly timeoutSeconds?: number;
}

/** One request over a connection of its own, so that nothing of the requests before it helps or hurts. */
export async function askServer(
  url: string,
  credentials: Credentials,
  { method = "GET", body, timeoutSeconds = 10 }: Question = {},
): Promise<Answer> {
  return await new Promise((resolve) => {
    const rejectUnauthorized = credentials.ca !== undefined;
    const headers = body === undefined ? {} : { "content-type": "application/json" };
    const asked = request(
      url,
      { ...credentials, rejectUnauthorized, method, headers, agent: false },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (part: string) => (text += part));
        response.on("end", () => {
          resolve({ status: response.statusCode ?? 0, text });
        });
        response.on("error", (error) => {
          resolve({ status: 0, text: error.message });
        });
      },
    );
    asked.setTimeout(timeoutSeconds * 1000, () => asked.destroy(new Error("timeout")));
    asked.on("error", (error: NodeJS.ErrnoException) => {
      resolve({ status: 0, text: error.code ?? error.message });
    });
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

const decoded = (data: string | undefined): string => Buffer.from(data ?? "", "base64").toString();

/** The API of an environment's cluster, asked as its administrator without a program for each request. */
export class ClusterApi {
  private constructor(
    readonly url: string,
    readonly credentials: Credentials,
  ) {}

  static async of(environment: TestEnvironment): Promise<ClusterApi> {
    const kubeconfig = new KubeConfig();
    kubeconfig.loadFromString(await environment.output("kubeconfig"));
    const [cluster, user] = [kubeconfig.getCurrentCluster(), kubeconfig.getCurrentUser()];
    return new ClusterApi(cluster?.server ?? "", {
      ca: decoded(cluster?.caData),
      cert: decoded(user?.certData),
      key: decoded(user?.keyData),
    });
  }

  async ask(path: string, question: Question = {}): Promise<Answer> {
    return await askServer(this.url + path, this.credentials, question);
  }

  /**
   * An object of the API.
   * @throws Error with its answer, when that is another one
   */
  async read<T>(path: string): Promise<T> {
    const { status, text } = await this.ask(path);
    if (status !== 200) throw new Error(`${path}: ${status} ${text}`);
    return JSON.parse(text) as T;
  }

  /** Asks one API server rather than the load balancer: whom it trusts says nothing of that address. */
  async askServerAt(address: string, path: string, question: Question = {}): Promise<Answer> {
    const { cert, key } = this.credentials;
    return await askServer(`https://${address}:6443${path}`, { cert, key }, question);
  }
}
