/** A line of `results.json`. */
export interface BenchResult {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What the same takes otherwise, in the same unit and the same run; null where there is nothing to compare with. */
  readonly reference: number | null;
  /** `value / reference`. */
  readonly ratio: number | null;
}

/** Seconds that something takes. */
export async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const begin = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - begin) / 1e9;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const [low = Number.NaN, high = Number.NaN] = [sorted[middle - 1], sorted[middle]];
  return sorted.length % 2 === 0 ? (low + high) / 2 : high;
}

const rounded = (value: number): number => Math.round(value * 100) / 100;

/** One measurement of each of two ways to the same, taken one right after the other, so in the same moment's conditions. */
export interface Pair {
  readonly value: number;
  readonly reference: number;
}

/** Medians of pairs, and of the pairs' ratios. */
export function comparison(name: string, unit: string, pairs: readonly Pair[]): BenchResult {
  return {
    name,
    value: rounded(median(pairs.map(({ value }) => value))),
    unit,
    reference: rounded(median(pairs.map(({ reference }) => reference))),
    ratio: rounded(median(pairs.map(({ value, reference }) => value / reference))),
  };
}

/** A result that there is nothing to compare with. */
export function figure(name: string, unit: string, value: number): BenchResult {
  return { name, value: rounded(value), unit, reference: null, ratio: null };
}

/** Takes several pairs in turn, so that a slow moment of the machine falls on both. */
export async function takePairs<Value, Reference>(
  name: string,
  count: number,
  measured: () => Promise<Value>,
  reference: () => Promise<Reference>,
): Promise<{ readonly value: Value; readonly reference: Reference }[]> {
  const pairs: { value: Value; reference: Reference }[] = [];
  for (let index = 0; index < count; index++) {
    const pair = { reference: await reference(), value: await measured() };
    console.log(`${name}: ${JSON.stringify(pair)}`);
    pairs.push(pair);
  }
  return pairs;
}

/** Two ways to the same, in seconds, taken in turn. */
export async function compare(
  name: string,
  pairs: number,
  measured: () => Promise<number>,
  reference: () => Promise<number>,
): Promise<BenchResult> {
  return comparison(name, "s", await takePairs(name, pairs, measured, reference));
}
