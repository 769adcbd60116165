import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { type CartLine, cartLinesSchema, type PricedCart, uuidSchema } from "../../shared/src";

const DAYS_30_S = 30 * 24 * 3600;
const DAYS_365_S = 365 * 24 * 3600;

/**
 * Who is looking, as far as the shop knows: a browser remembers the cart and a random number for the customer. So no
 * pod has a cart that could die with it, and a cart lives on whatever runs behind the page. It holds no prices.
 */
export class Visitor {
  constructor(private readonly c: Context) {}

  /** What is in the cart; a cookie that is none of ours is an empty one. */
  get lines(): readonly CartLine[] {
    const lines = (getCookie(this.c, "cart") ?? "").split("~").flatMap((text) => {
      const [id, quantity] = text.split(".");
      return id ? [{ id, quantity: Number(quantity) }] : [];
    });
    const { data } = cartLinesSchema.safeParse(lines);
    return data ?? [];
  }

  /** How many things are in the cart. */
  get count(): number {
    return this.lines.reduce((count, { quantity }) => count + quantity, 0);
  }

  /** The customer's number, if there was an occasion to give one. */
  get customer(): string | undefined {
    const { data } = uuidSchema.safeParse(getCookie(this.c, "customer"));
    return data;
  }

  keep({ lines }: Pick<PricedCart, "lines">): void {
    const text = lines.map(({ id, quantity }) => `${id}.${quantity}`).join("~");
    this.remember("cart", text, lines.length === 0 ? 0 : DAYS_30_S);
  }

  /** Remembers the customer's number. */
  remain(customer: string): void {
    this.remember("customer", customer, DAYS_365_S);
  }

  private remember(name: string, value: string, maxAge: number): void {
    const secure = this.c.req.header("x-forwarded-proto") === "https";
    // Lax: another site's form brings no cookies along.
    setCookie(this.c, name, value, { path: "/", httpOnly: true, sameSite: "Lax", secure, maxAge });
  }
}
