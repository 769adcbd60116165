import { AsyncLocalStorage } from "node:async_hooks";

/** The copy of a service that answered. */
export interface Answerer {
  readonly version: string;
  readonly pod: string;
  readonly node: string;
}

/** What a request carries with it through a service, without being handed from function to function. */
export interface RequestContext {
  /** The same in the logs of every service that had a part in it. */
  readonly id: string;
  /** The copies that were asked meanwhile, by service. */
  readonly heard: Map<string, Answerer>;
}

const storage = new AsyncLocalStorage<RequestContext>();

/** Runs `action` for one request. */
export function inRequest<T>(id: string, action: () => Promise<T>): Promise<T> {
  return storage.run({ id, heard: new Map() }, action);
}

/** The request that is being answered, if there is one. */
export function currentRequest(): RequestContext | undefined {
  return storage.getStore();
}
