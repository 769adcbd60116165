import { createHash } from "node:crypto";
import type { Authorisation, Payment, Payments } from "../../shared/src";

/** The largest amount that is authorised, in cents. */
export const limitCents = 500_000;

/** Cards that are refused, by their numbers, as known from the test modes of real gateways. */
const refusals: Readonly<Record<string, string>> = {
  "4000000000000002": "The bank declined this card.",
  "4000000000009995": "There is not enough money on this card.",
};

/**
 * Stands for a payment gateway. It decides by the payment alone, keeps nothing and moves no money: the same payment
 * under the same id is the same authorisation, in every copy and after every restart.
 */
export const mockGateway: Payments = {
  authorise: (id: string, payment: Payment): Promise<Authorisation> => Promise.resolve(decide(id, payment)),
};

function decide(id: string, { amount, card }: Payment): Authorisation {
  const digits = card.replaceAll(/[ -]/g, "");
  if (!isCardNumber(digits)) return { refused: "This is not the number of a card." };
  const refused = refusals[digits];
  if (refused !== undefined) return { refused };
  if (amount.cents > limitCents) return { refused: "This card pays 5000 euros at most." };
  const text = JSON.stringify([id, amount.cents, amount.currency, digits]);
  const reference = `pay_${createHash("sha256").update(text).digest("hex").slice(0, 16)}`;
  return { reference, lastDigits: digits.slice(-4) };
}

/** By length and check digit, as ISO/IEC 7812-1 has them: https://en.wikipedia.org/wiki/Luhn_algorithm */
function isCardNumber(digits: string): boolean {
  if (!/^\d{12,19}$/.test(digits)) return false;
  const total = Array.from(digits)
    .reverse()
    .reduce((sum, digit, position) => {
      const value = Number(digit) * (position % 2 === 0 ? 1 : 2);
      return sum + (value > 9 ? value - 9 : value);
    }, 0);
  return total % 10 === 0;
}
