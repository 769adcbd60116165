import { randomUUID } from "node:crypto";
import { PricingCart } from "../../../services/cart/src/pricing";
import { assortment } from "../../../services/catalog/src/assortment";
import type { OrderBook } from "../../../services/orders/src/order-book";
import { OrderDesk } from "../../../services/orders/src/order-desk";
import { schema } from "../../../services/orders/src/schema";
import { mockGateway } from "../../../services/payments/src/gateway";
import { money, type OrderRequest, type Payments, Trouble } from "../../../services/shared/src";
import { orderBook, type TestDatabase } from "./database";

let database: TestDatabase;
let book: OrderBook;

beforeAll(async () => {
  ({ book, database } = await orderBook());
}, 60_000);
afterAll(() => database.close());

const request: OrderRequest = {
  name: "Ada",
  lines: [{ id: "storm-lantern", quantity: 1 }],
  total: money(6090),
  card: "4242 4242 4242 4242",
};

const cart = new PricingCart(assortment);
const desk = (payments: Payments = mockGateway) => new OrderDesk(book, cart, payments);

async function count(id: string): Promise<number> {
  const rows = await database.query<{ count: number }>("SELECT count(*)::int FROM orders WHERE id = $1", [
    id,
  ]);
  return rows[0]?.count ?? -1;
}

test("keeps what was ordered, and shows it to its customer only", async () => {
  const [customer, id] = [randomUUID(), randomUUID()];
  const placed = await desk().place(customer, id, request);
  const order = await desk().order(customer, id);
  expect(placed).toEqual({ order });
  expect(order).toMatchObject({
    ...{ id, name: "Ada", total: money(6090), shipping: money(690) },
    lines: [{ id: "storm-lantern", quantity: 1, amount: money(5400) }],
    payment: { lastDigits: "4242" },
  });
  expect(await desk().order(randomUUID(), id)).toBeUndefined();
  expect(await desk().orders(randomUUID())).toEqual([]);
});

test("places an order once, however often and however many at once ask for it", async () => {
  const [customer, id] = [randomUUID(), randomUUID()];
  const answers = await Promise.all(Array.from({ length: 8 }, () => desk().place(customer, id, request)));
  answers.push(await desk().place(customer, id, request));
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  expect(await count(id)).toBe(1);
});

test("goes on with an order whose first try ended after the payment, with the same payment", async () => {
  const [customer, id] = [randomUUID(), randomUUID()];
  const references: unknown[] = [];
  let ends = true;
  const payments: Payments = {
    authorise: async (...payment) => {
      const authorisation = await mockGateway.authorise(...payment);
      references.push(authorisation);
      if (ends) throw new Trouble("payments", 503, "ended");
      return authorisation;
    },
  };
  await expect(desk(payments).place(customer, id, request)).rejects.toThrow("ended");
  expect(await count(id)).toBe(0);
  ends = false;
  expect(await desk(payments).place(customer, id, request)).toHaveProperty("order");
  expect(references[0]).toEqual(references[1]);
  expect(await count(id)).toBe(1);
});

test("gives a customer's order to nobody who orders under the same id", async () => {
  const id = randomUUID();
  await desk().place(randomUUID(), id, request);
  expect(await desk().place(randomUUID(), id, { ...request, name: "Eve" })).toHaveProperty("refused");
  expect(await count(id)).toBe(1);
});

test.each([
  ["a card that is declined", { card: "4000 0000 0000 0002" }, "The bank declined this card."],
  ["a total that is another one", { total: money(1) }, /^The total is another one/],
  ["an empty cart", { lines: [] }, "There is nothing in the cart."],
  ["only what is no longer sold", { lines: [{ id: "gone", quantity: 1 }] }, "There is nothing in the cart."],
])("refuses %s, and takes the order under the same id when it is right", async (_what, wrong, refused) => {
  const [customer, id] = [randomUUID(), randomUUID()];
  const expected = refused instanceof RegExp ? (expect.stringMatching(refused) as string) : refused;
  expect(await desk().place(customer, id, { ...request, ...wrong })).toEqual({ refused: expected });
  expect(await count(id)).toBe(0);
  expect(await desk().place(customer, id, request)).toHaveProperty("order");
});

test("lists the newest first", async () => {
  const customer = randomUUID();
  const ids = [randomUUID(), randomUUID(), randomUUID()];
  for (const id of ids) await desk().place(customer, id, request);
  expect((await desk().orders(customer)).map(({ id }) => id)).toEqual(ids.reverse());
});

test("makes its schema again without a change", async () => {
  const [customer, id] = [randomUUID(), randomUUID()];
  await desk().place(customer, id, request);
  await database.run(schema);
  expect(await count(id)).toBe(1);
});
