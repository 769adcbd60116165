/** Answers SQL. */
export interface Database {
  query<Row extends object>(text: string, values: unknown[]): Promise<Row[]>;
}

/**
 * Makes what is not there yet; every start runs it. Sent as one text it is one transaction, and its lock lets pods that
 * start at the same time in one by one: `IF NOT EXISTS` alone fails when two find that there is none.
 */
export const schema = `
SELECT pg_advisory_xact_lock(hashtext('slipway shop schema'));
CREATE TABLE IF NOT EXISTS orders (
  id uuid PRIMARY KEY,
  customer uuid NOT NULL,
  name text NOT NULL,
  lines jsonb NOT NULL,
  shipping_cents integer NOT NULL CHECK (shipping_cents >= 0),
  total_cents integer NOT NULL CHECK (total_cents >= 0),
  currency text NOT NULL,
  payment_reference text NOT NULL,
  card_last_digits text NOT NULL,
  placed_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS orders_by_customer ON orders (customer, placed_at DESC);
`;
