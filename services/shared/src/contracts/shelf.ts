import * as z from "zod/mini";
import { Peer } from "../peer";
import { productIdSchema } from "./catalog";

/** Products to show beside another one, under a heading of their own. */
export interface Beside {
  readonly title: string;
  /** Their ids, in the order in which they are shown. */
  readonly products: readonly string[];
}

/** A service that has something to show on every product's page, such as recommendations. */
export interface Shelf {
  /** Undefined when it has nothing for this product. */
  beside(product: string): Promise<Beside | undefined>;
}

const besideSchema: z.ZodMiniType<Beside> = z.object({
  title: z.string(),
  products: z.array(productIdSchema).check(z.maxLength(12)),
});

/** A shelf over HTTP: `GET /beside/<product>`. Pages do without it when it is slow. Rejects with Trouble. */
export class ShelfClient extends Peer implements Shelf {
  constructor(service: string, url: string) {
    super(service, url, 300);
  }

  beside(product: string): Promise<Beside | undefined> {
    return this.get(`/beside/${encodeURIComponent(product)}`, besideSchema);
  }
}
