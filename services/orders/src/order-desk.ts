import type { Cart, Order, OrderRequest, Orders, Payments, Placed } from "../../shared/src";
import type { OrderBook } from "./order-book";

/** So many of a customer's orders are shown. */
const NEWEST = 50;

/**
 * Places orders: the cart says what it costs, payments that it is paid, the book remembers. A second try finds the
 * order of the first; when the first ended in between, it goes the same way again, and the payment is still the same
 * one, as it goes by the order's id.
 */
export class OrderDesk implements Orders {
  constructor(
    private readonly book: OrderBook,
    private readonly cart: Cart,
    private readonly payments: Payments,
  ) {}

  async place(customer: string, id: string, request: OrderRequest): Promise<Placed> {
    const placed = await this.book.order(customer, id);
    if (placed) return { order: placed };
    const { name, card } = request;
    const { lines, shipping, total } = await this.cart.priced(request.lines);
    if (lines.length === 0) return { refused: "There is nothing in the cart." };
    if (total.cents !== request.total.cents || total.currency !== request.total.currency) {
      return { refused: "The total is another one by now. Please have a look at it, and order again." };
    }
    const payment = await this.payments.authorise(id, { amount: total, card });
    if ("refused" in payment) return payment;
    const order = await this.book.add(customer, { id, name, lines, shipping, total, payment });
    return order ? { order } : { refused: "Another order has this number. Please order again." };
  }

  order(customer: string, id: string): Promise<Order | undefined> {
    return this.book.order(customer, id);
  }

  orders(customer: string): Promise<readonly Order[]> {
    return this.book.orders(customer, NEWEST);
  }
}
