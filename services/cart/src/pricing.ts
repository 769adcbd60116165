import {
  type Cart,
  type CartLine,
  type Catalog,
  type Change,
  maxQuantity,
  money,
  type PricedCart,
  type PricedLine,
  sum,
  times,
} from "../../shared/src";

const shippingFee = money(690);
const freeFrom = money(10_000);

/** The cart's own knowledge, the same in the service and in the monolith. */
export class PricingCart implements Cart {
  constructor(private readonly catalog: Catalog) {}

  async priced(lines: readonly CartLine[], change?: Change): Promise<PricedCart> {
    const products = new Map((await this.catalog.products()).map((product) => [product.id, product]));
    const priced = [...changed(lines, change)].flatMap(([id, quantity]): PricedLine[] => {
      const product = products.get(id);
      if (!product || quantity === 0) return [];
      const { name, price } = product;
      return [{ id, name, price, quantity, amount: times(price, quantity) }];
    });
    const subtotal = sum(priced.map(({ amount }) => amount));
    const isFree = priced.length === 0 || subtotal.cents >= freeFrom.cents;
    const shipping = isFree ? money(0) : shippingFee;
    return { lines: priced, subtotal, shipping, total: sum([subtotal, shipping]), freeFrom };
  }
}

/** How many of each product, in the order in which they came into the cart. */
function changed(lines: readonly CartLine[], change: Change | undefined): Map<string, number> {
  const quantities = new Map<string, number>();
  const set = (id: string, quantity: number) =>
    quantities.set(id, Math.min(maxQuantity, Math.max(0, quantity)));
  for (const { id, quantity } of lines) set(id, (quantities.get(id) ?? 0) + quantity);
  if (change) set(change.id, "set" in change ? change.set : (quantities.get(change.id) ?? 0) + change.add);
  return quantities;
}
