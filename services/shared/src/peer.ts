import { setTimeout as sleep } from "node:timers/promises";
import type * as z from "zod/mini";
import { currentRequest } from "./request-context";
import { type Need, type Status, statusSchema } from "./status";
import { reason, Trouble } from "./trouble";

/** What a service answered, whatever its status below 500. */
export interface PeerAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** What is asked. */
export interface Question {
  readonly method?: "GET" | "POST" | "PUT";
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. Default none. */
  readonly body?: unknown;
}

/** Before the second and the third attempt. With some chance in it, so that not all come back at once. */
const PAUSES_MS = [50, 150];

/**
 * Another service, asked over HTTP. Every question may be asked again: the shop's services change something only under
 * an id that their client made. So it is, up to two times, when the connection fails, as it does when a pod goes.
 */
export class Peer implements Need {
  /**
   * @param service its name
   * @param url where it is, such as `http://catalog:8080`
   * @param attemptMs how long one attempt may take, answer read; all together take twice as long at most. A connection that
   * fails says so at once. Who only is slow, as all is on a machine that has too much to do, would have more to do by being
   * asked again early.
   */
  constructor(
    readonly service: string,
    private readonly url: string,
    private readonly attemptMs = 2500,
  ) {}

  /** Rejects with Trouble when there is no answer of use. */
  async ask(question: Question): Promise<PeerAnswer> {
    const deadline = performance.now() + 2 * this.attemptMs;
    for (const pause of PAUSES_MS) {
      try {
        return await this.attempt(question, this.attemptMs);
      } catch (error) {
        // Another service behind it is in trouble, and was asked several times already.
        if (error instanceof Trouble) throw error;
        await sleep(pause * (0.5 + Math.random()));
        if (deadline - performance.now() < this.attemptMs / 10) throw this.trouble(error);
      }
    }
    const left = Math.min(this.attemptMs, Math.max(1, Math.round(deadline - performance.now())));
    return this.attempt(question, left).catch((error: unknown) => {
      throw error instanceof Trouble ? error : this.trouble(error);
    });
  }

  /** What it answers to GET; undefined for 404. Rejects with Trouble. */
  async get<T>(path: string, schema: z.ZodMiniType<T>, headers = {}): Promise<T | undefined> {
    const answer = await this.ask({ path, headers });
    return answer.status === 404 ? undefined : this.read(answer, schema);
  }

  /** The body of an answer with 200. Throws Trouble. */
  read<T>({ status, body }: PeerAnswer, schema: z.ZodMiniType<T>): T {
    if (status !== 200) throw new Trouble(this.service, 502, `answered with status ${status}`);
    const { data, error } = schema.safeParse(body);
    if (error) throw new Trouble(this.service, 502, `answered what is no ${this.service}`, { cause: error });
    return data;
  }

  async status(withinMs: number): Promise<Status> {
    const start = performance.now();
    try {
      const answer = await this.attempt({ path: `/status?within=${withinMs}` }, withinMs);
      const status = this.read(answer, statusSchema);
      const ms = Math.round(performance.now() - start);
      return { ...status, remark: `${status.remark}, answered in ${ms} ms` };
    } catch (error) {
      const remark = error instanceof Trouble ? error.message : reason(error, withinMs);
      return { service: this.service, well: false, remark, needs: [] };
    }
  }

  private async attempt(
    { method, path, headers: own, body }: Question,
    withinMs: number,
  ): Promise<PeerAnswer> {
    const request = currentRequest();
    const response = await fetch(new URL(path, this.url), {
      method: method ?? "GET",
      headers: {
        ...own,
        ...(request && { "x-request-id": request.id }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(withinMs),
    });
    const { status, headers } = response;
    const text = await response.text();
    if (status >= 500) {
      const culprit = headers.get("x-trouble");
      if (culprit === null) throw new Error(`answered with status ${status}`);
      throw new Trouble(culprit, status === 502 ? 502 : 503, `${this.service} could not reach it`);
    }
    const header = (name: string) => headers.get(name) ?? "unknown";
    request?.heard.set(this.service, {
      version: header("x-service-version"),
      pod: header("x-pod-name"),
      node: header("x-node-name"),
    });
    return { status, body: this.parse(text) };
  }

  private parse(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch (cause) {
      throw new Trouble(this.service, 502, `answered what is no ${this.service}`, { cause });
    }
  }

  private trouble(error: unknown): Trouble {
    return new Trouble(this.service, 503, reason(error, this.attemptMs), { cause: error });
  }
}
