import * as z from "zod/mini";
import { Peer } from "../peer";
import { type Money, moneySchema } from "./money";

/** An amount that a card is to pay. */
export interface Payment {
  readonly amount: Money;
  /** 12 to 19 digits, with spaces where people like them. Never logged and never kept. */
  readonly card: string;
}

/** The promise to pay, or why there is none. */
export type Authorisation =
  | {
      /** The gateway's name for it; the same for the same payment, however often it was asked for. */
      readonly reference: string;
      /** The card's last four digits. */
      readonly lastDigits: string;
    }
  | {
      /** A sentence for the customer. */
      readonly refused: string;
    };

/** Knows whether a card pays. */
export interface Payments {
  /** @param id the order's: the same payment under the same id is one payment */
  authorise(id: string, payment: Payment): Promise<Authorisation>;
}

export const paymentSchema: z.ZodMiniType<Payment> = z.object({
  amount: moneySchema,
  card: z.string().check(z.maxLength(40)),
});
const authorisedSchema = z.object({ reference: z.string(), lastDigits: z.string() });
export const refusedSchema = z.object({ refused: z.string() });

/** Payments over HTTP. Rejects with Trouble. */
export class PaymentsClient extends Peer implements Payments {
  constructor(url: string) {
    super("payments", url);
  }

  async authorise(id: string, payment: Payment): Promise<Authorisation> {
    const answer = await this.ask({
      method: "PUT",
      path: `/payments/${encodeURIComponent(id)}`,
      body: payment,
    });
    return answer.status === 402
      ? this.read({ ...answer, status: 200 }, refusedSchema)
      : this.read(answer, authorisedSchema);
  }
}
