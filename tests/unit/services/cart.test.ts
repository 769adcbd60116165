import fc from "fast-check";
import { PricingCart } from "../../../services/cart/src/pricing";
import { assortment } from "../../../services/catalog/src/assortment";
import { products } from "../../../services/catalog/src/products";
import { type CartLine, maxQuantity } from "../../../services/shared/src";

const cart = new PricingCart(assortment);
const lantern = { id: "storm-lantern", quantity: 1 };

const line: fc.Arbitrary<CartLine> = fc.record({
  id: fc.constantFrom(...products.map(({ id }) => id), "no-such-thing"),
  quantity: fc.integer({ min: 0, max: maxQuantity }),
});

test("prices lines, and adds shipping below 100 euros", async () => {
  expect(await cart.priced([lantern])).toEqual({
    lines: [
      {
        ...{ id: "storm-lantern", name: "Storm lantern", quantity: 1 },
        price: { cents: 5400, currency: "EUR" },
        amount: { cents: 5400, currency: "EUR" },
      },
    ],
    subtotal: { cents: 5400, currency: "EUR" },
    shipping: { cents: 690, currency: "EUR" },
    total: { cents: 6090, currency: "EUR" },
    freeFrom: { cents: 10_000, currency: "EUR" },
  });
});

test.each([
  [[{ id: "storm-lantern", quantity: 2 }], 0, 10_800],
  [[{ id: "enamel-mug", quantity: 6 }], 690, 8700 + 690],
  [[], 0, 0],
])("ships %j for %i cents", async (lines, shipping, total) => {
  const priced = await cart.priced(lines);
  expect([priced.shipping.cents, priced.total.cents]).toEqual([shipping, total]);
});

test.each([
  [{ id: "storm-lantern", add: 1 }, [["storm-lantern", 2]]],
  [{ id: "storm-lantern", set: 0 }, []],
  [{ id: "storm-lantern", set: 5 }, [["storm-lantern", 5]]],
  [{ id: "storm-lantern", add: maxQuantity }, [["storm-lantern", maxQuantity]]],
  [
    { id: "deck-log", add: 1 },
    [
      ["storm-lantern", 1],
      ["deck-log", 1],
    ],
  ],
  [{ id: "no-such-thing", add: 1 }, [["storm-lantern", 1]]],
])("after %j has %j", async (change, expected) => {
  const { lines } = await cart.priced([lantern], change);
  expect(lines.map(({ id, quantity }) => [id, quantity])).toEqual(expected);
});

test("has each product once, none that is not sold, and a total that is the sum", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(line), async (lines) => {
      const priced = await cart.priced(lines);
      const ids = priced.lines.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids).not.toContain("no-such-thing");
      expect(priced.lines.every(({ quantity }) => quantity > 0 && quantity <= maxQuantity)).toBe(true);
      const amounts = priced.lines.map(({ price, quantity }) => price.cents * quantity);
      const sum = amounts.reduce((total, amount) => total + amount, priced.shipping.cents);
      expect(priced.total.cents).toBe(sum);
      // What came out can be put in again: it is what a browser remembers.
      expect(await cart.priced(priced.lines)).toEqual(priced);
    }),
  );
});
