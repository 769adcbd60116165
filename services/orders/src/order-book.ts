import { money, type Order, type PricedLine } from "../../shared/src";
import type { Database } from "./schema";

interface Row {
  readonly id: string;
  readonly name: string;
  readonly lines: readonly PricedLine[];
  readonly shipping_cents: number;
  readonly total_cents: number;
  readonly currency: string;
  readonly payment_reference: string;
  readonly card_last_digits: string;
  readonly placed_at: Date;
}

const columns =
  "id, name, lines, shipping_cents, total_cents, currency, payment_reference, card_last_digits, placed_at";

/** The orders in the database. */
export class OrderBook {
  constructor(private readonly database: Database) {}

  /**
   * Writes an order down unless there is one of that id. Gives what the book has: of several at once, the first. When
   * the id is another customer's, undefined.
   */
  async add(customer: string, order: Omit<Order, "placedAt">): Promise<Order | undefined> {
    const { id, name, lines, shipping, total, payment } = order;
    await this.database.query(
      `INSERT INTO orders (id, customer, name, lines, shipping_cents, total_cents, currency, payment_reference, card_last_digits)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO NOTHING`,
      [
        ...[id, customer, name, JSON.stringify(lines), shipping.cents, total.cents],
        ...[total.currency, payment.reference, payment.lastDigits],
      ],
    );
    return this.order(customer, id);
  }

  async order(customer: string, id: string): Promise<Order | undefined> {
    const [row] = await this.database.query<Row>(
      `SELECT ${columns} FROM orders WHERE customer = $1 AND id = $2`,
      [customer, id],
    );
    return row && toOrder(row);
  }

  /** The newest first. */
  async orders(customer: string, limit: number): Promise<Order[]> {
    const rows = await this.database.query<Row>(
      `SELECT ${columns} FROM orders WHERE customer = $1 ORDER BY placed_at DESC, id LIMIT $2`,
      [customer, limit],
    );
    return rows.map(toOrder);
  }
}

function toOrder(row: Row): Order {
  const { id, name, lines, currency } = row;
  return {
    id,
    name,
    lines,
    shipping: money(row.shipping_cents, currency),
    total: money(row.total_cents, currency),
    payment: { reference: row.payment_reference, lastDigits: row.card_last_digits },
    placedAt: row.placed_at.toISOString(),
  };
}
