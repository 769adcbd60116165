import * as z from "zod/mini";
import { Peer } from "../peer";
import { type CartLine, cartLinesSchema, type PricedLine, pricedLineSchema } from "./cart";
import { type Money, moneySchema } from "./money";
import { refusedSchema } from "./payments";

/** What a customer sends to buy what is in the cart. */
export interface OrderRequest {
  /** Who gets it. */
  readonly name: string;
  readonly lines: readonly CartLine[];
  /** The total that the customer was shown: nobody pays another one unasked. */
  readonly total: Money;
  /** Number of the card that pays. */
  readonly card: string;
}

/** An order that was placed. */
export interface Order {
  /** A UUID, made by the customer's side, so that a second try is the same order. */
  readonly id: string;
  readonly name: string;
  readonly lines: readonly PricedLine[];
  readonly shipping: Money;
  readonly total: Money;
  readonly payment: { readonly reference: string; readonly lastDigits: string };
  /** ISO 8601, UTC. */
  readonly placedAt: string;
}

/** An order, or why there is none: a sentence for the customer. */
export type Placed = { readonly order: Order } | { readonly refused: string };

/** Knows who ordered what. Customers are UUIDs. */
export interface Orders {
  /** Places an order once, however often it is asked to. */
  place(customer: string, id: string, request: OrderRequest): Promise<Placed>;
  /** One of a customer's orders, or undefined. */
  order(customer: string, id: string): Promise<Order | undefined>;
  /** A customer's newest orders, the newest first, 50 at most. */
  orders(customer: string): Promise<readonly Order[]>;
}

export const uuidSchema = z.uuid();

export const orderRequestSchema: z.ZodMiniType<OrderRequest> = z.object({
  name: z.string().check(z.trim(), z.minLength(1), z.maxLength(80)),
  lines: cartLinesSchema,
  total: moneySchema,
  card: z.string().check(z.maxLength(40)),
});

const orderSchema: z.ZodMiniType<Order> = z.object({
  id: uuidSchema,
  name: z.string(),
  lines: z.array(pricedLineSchema),
  shipping: moneySchema,
  total: moneySchema,
  payment: z.object({ reference: z.string(), lastDigits: z.string() }),
  placedAt: z.string(),
});
const ordersSchema = z.object({ orders: z.array(orderSchema) });

/** Orders over HTTP. It asks cart, payments and its database in turn, so it gets more time. Rejects with Trouble. */
export class OrdersClient extends Peer implements Orders {
  constructor(url: string) {
    super("orders", url, 6000);
  }

  async place(customer: string, id: string, request: OrderRequest): Promise<Placed> {
    const question = { method: "PUT", path: pathOf(id), headers: of(customer), body: request } as const;
    const answer = await this.ask(question);
    return answer.status === 402
      ? this.read({ ...answer, status: 200 }, refusedSchema)
      : { order: this.read(answer, orderSchema) };
  }

  order(customer: string, id: string): Promise<Order | undefined> {
    return this.get(pathOf(id), orderSchema, of(customer));
  }

  async orders(customer: string): Promise<readonly Order[]> {
    const answer = await this.ask({ path: "/orders", headers: of(customer) });
    return this.read(answer, ordersSchema).orders;
  }
}

/** Whose orders are meant: no part of the path, which is logged, as who knows it may see them. */
export const customerHeader = "x-customer";

function of(customer: string): Record<string, string> {
  return { [customerHeader]: customer };
}

function pathOf(id: string): string {
  return `/orders/${encodeURIComponent(id)}`;
}
