import * as z from "zod/mini";
import { Peer } from "../peer";
import { productIdSchema } from "./catalog";
import { type Money, moneySchema } from "./money";

/** Of one product in one cart. */
export const maxQuantity = 20;

/** What a customer wants of one product. */
export interface CartLine {
  /** The product's. */
  readonly id: string;
  /** 1 to `maxQuantity`. */
  readonly quantity: number;
}

/** Sets how many there are of a product, with 0 for none, or adds to them. */
export type Change =
  { readonly id: string; readonly set: number } | { readonly id: string; readonly add: number };

/** A line with what it costs. */
export interface PricedLine extends CartLine {
  readonly name: string;
  /** Of one. */
  readonly price: Money;
  /** Of all. */
  readonly amount: Money;
}

/** A cart with what it costs. */
export interface PricedCart {
  /** Only what the catalog has, each product once. */
  readonly lines: readonly PricedLine[];
  readonly subtotal: Money;
  readonly shipping: Money;
  readonly total: Money;
  /** Shipping is free from here. */
  readonly freeFrom: Money;
}

/** Knows what may be in a cart and what it costs. It remembers none: the customer's browser does. */
export interface Cart {
  /** What these lines cost, after a change if there is one. */
  priced(lines: readonly CartLine[], change?: Change): Promise<PricedCart>;
}

const quantitySchema = z.int().check(z.gte(0), z.lte(maxQuantity));
const lineSchema: z.ZodMiniType<CartLine> = z.object({ id: productIdSchema, quantity: quantitySchema });
export const cartLinesSchema = z.array(lineSchema).check(z.maxLength(50));

/** The body of `POST /carts`. */
export const cartQuestionSchema = z.object({
  lines: cartLinesSchema,
  change: z.optional(
    z.union([
      z.object({ id: productIdSchema, set: quantitySchema }),
      z.object({ id: productIdSchema, add: quantitySchema }),
    ]),
  ),
});

export const pricedLineSchema: z.ZodMiniType<PricedLine> = z.object({
  id: productIdSchema,
  quantity: quantitySchema,
  name: z.string(),
  price: moneySchema,
  amount: moneySchema,
});

const pricedCartSchema: z.ZodMiniType<PricedCart> = z.object({
  lines: z.array(pricedLineSchema),
  subtotal: moneySchema,
  shipping: moneySchema,
  total: moneySchema,
  freeFrom: moneySchema,
});

/** The cart over HTTP. It asks the catalog in turn, so it gets more time. Rejects with Trouble. */
export class CartClient extends Peer implements Cart {
  constructor(url: string) {
    super("cart", url, 2500);
  }

  async priced(lines: readonly CartLine[], change?: Change): Promise<PricedCart> {
    return this.read(
      await this.ask({ method: "POST", path: "/carts", body: { lines, change } }),
      pricedCartSchema,
    );
  }
}
