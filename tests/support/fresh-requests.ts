import { setTimeout as sleep } from "node:timers/promises";

import { ClusterApi } from "./cluster-api";
import type { Lost } from "./shop-load";
import type { TestEnvironment } from "./test-environment";

const intervalMilliseconds = 250;

/** Somebody who asks for a page and the API, four times a second, over a new connection each time: certificates count. */
export class FreshRequests {
  readonly lost: Lost[] = [];
  answered = 0;
  private stopping = false;
  private done: Promise<void> = Promise.resolve();

  private constructor(
    private api: ClusterApi,
    private readonly page: string,
  ) {}

  /** Goes on with the kubeconfig that the stack's output has now, as a person does who fetches it. */
  async fetchKubeconfig(environment: TestEnvironment): Promise<void> {
    this.api = await ClusterApi.of(environment);
  }

  static async begin(environment: TestEnvironment): Promise<FreshRequests> {
    const api = await ClusterApi.of(environment);
    const requests = new FreshRequests(api, await environment.output("shopUrl"));
    requests.done = requests.run();
    return requests;
  }

  async end(): Promise<void> {
    this.stopping = true;
    await this.done;
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      await Promise.all([this.note("api", this.askApi()), this.note("page", this.askPage())]);
      await sleep(intervalMilliseconds);
    }
  }

  private async note(request: string, asked: Promise<string>): Promise<void> {
    const answer = await asked;
    if (answer === "200") this.answered++;
    else this.lost.push({ at: new Date().toISOString(), request, answer });
  }

  private async askApi(): Promise<string> {
    const { status, text } = await this.api.ask("/api/v1/namespaces/default");
    return status === 200 ? "200" : `${status} ${text.slice(0, 100)}`;
  }

  private async askPage(): Promise<string> {
    const options = { signal: AbortSignal.timeout(10_000), headers: { connection: "close" } };
    const response = await fetch(this.page, options).catch((error: unknown) => String(error));
    if (typeof response === "string") return response;
    await response.arrayBuffer();
    return String(response.status);
  }
}
