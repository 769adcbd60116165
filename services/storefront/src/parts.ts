import type { Cart, Catalog, Need, Orders, Shelf } from "../../shared/src";

/** What the pages are made from: other services, or the same in this very process. */
export interface Parts {
  readonly catalog: Catalog;
  readonly cart: Cart;
  readonly orders: Orders;
  /** Shown on products' pages, in this order. */
  readonly shelves: readonly Shelf[];
  /** What the status page shows beside this process. */
  readonly needs: readonly Need[];
}
