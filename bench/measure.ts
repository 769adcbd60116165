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

/**
 * Two ways to the same, taken in turn so that a slow moment of the machine falls on both; the ratio is the median of
 * the pairs' ratios.
 */
export async function compare(
  name: string,
  pairs: number,
  measured: () => Promise<number>,
  reference: () => Promise<number>,
): Promise<BenchResult> {
  const values: number[] = [];
  const references: number[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    references.push(await reference());
    values.push(await measured());
    console.log(`${name}: ${rounded(values.at(-1) ?? 0)} s against ${rounded(references.at(-1) ?? 0)} s`);
  }
  const ratios = values.map((value, index) => value / (references[index] ?? Number.NaN));
  return {
    name,
    value: rounded(median(values)),
    unit: "s",
    reference: rounded(median(references)),
    ratio: rounded(median(ratios)),
  };
}
