/** A promise that is settled from outside. */
export interface Settled<T> {
  readonly promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (reason: unknown) => void;
}

/** Whoever waits hears of a rejection; that nobody waits yet is no error. */
export function settled<T>(): Settled<T> {
  const made: Partial<Settled<T>> = {};
  const promise = new Promise<T>((resolve, reject) => Object.assign(made, { resolve, reject }));
  promise.catch(() => undefined);
  return Object.assign(made, { promise }) as Settled<T>;
}
