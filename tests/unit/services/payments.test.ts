import { mockGateway } from "../../../services/payments/src/gateway";
import { money } from "../../../services/shared/src";

const authorise = (card: string, cents = 5400, id = "one") =>
  mockGateway.authorise(id, { amount: money(cents), card });

test("promises the same payment under the same id with the same reference, and another with another", async () => {
  const first = await authorise("4242 4242 4242 4242");
  expect(first).toEqual({
    reference: expect.stringMatching(/^pay_[0-9a-f]{16}$/) as string,
    lastDigits: "4242",
  });
  expect(await authorise("4242424242424242")).toEqual(first);
  expect(await authorise("4242424242424242", 5401)).not.toEqual(first);
  expect(await authorise("4242424242424242", 5400, "two")).not.toEqual(first);
});

test.each([
  ["4000 0000 0000 0002", 5400, "The bank declined this card."],
  ["4000000000009995", 5400, "There is not enough money on this card."],
  ["4242 4242 4242 4242", 500_001, "This card pays 5000 euros at most."],
  ["4242 4242 4242 4241", 5400, "This is not the number of a card."],
  ["4242", 5400, "This is not the number of a card."],
  ["4242-4242-4242-424x", 5400, "This is not the number of a card."],
  ["", 5400, "This is not the number of a card."],
])("refuses %j for %i cents", async (card, cents, refused) => {
  expect(await authorise(card, cents)).toEqual({ refused });
});

test("takes the largest amount, and numbers of other lengths", async () => {
  expect(await authorise("4242424242424242", 500_000)).toHaveProperty("reference");
  expect(await authorise("3782 822463 10005")).toHaveProperty("lastDigits", "0005");
});
