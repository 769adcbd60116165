import * as z from "zod/mini";

/** An amount. Only EUR is sold for: amounts are added without a look at it. */
export interface Money {
  /** In hundredths of the currency. */
  readonly cents: number;
  /** ISO 4217. */
  readonly currency: string;
}

export const moneySchema: z.ZodMiniType<Money> = z.object({
  cents: z.int().check(z.nonnegative()),
  currency: z.string().check(z.regex(/^[A-Z]{3}$/)),
});

export function money(cents: number, currency = "EUR"): Money {
  return { cents, currency };
}

export function times({ cents, currency }: Money, count: number): Money {
  return { cents: cents * count, currency };
}

export function sum(amounts: readonly Money[]): Money {
  return money(
    amounts.reduce((total, { cents }) => total + cents, 0),
    amounts[0]?.currency,
  );
}
