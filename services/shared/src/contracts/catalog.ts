import * as z from "zod/mini";
import { Peer } from "../peer";
import { type Money, moneySchema } from "./money";

/** Something that the shop sells. Its texts are plain text. */
export interface Product {
  /** Lower-case letters, digits and dashes; part of its address. */
  readonly id: string;
  readonly name: string;
  /** One line for the list. */
  readonly summary: string;
  /** A few sentences. */
  readonly description: string;
  readonly price: Money;
  /** An SVG document, four units wide to three high. */
  readonly picture: string;
}

/** Knows what the shop sells. */
export interface Catalog {
  /** The whole assortment, in the order in which it is shown. */
  products(): Promise<readonly Product[]>;
  /** One product, or undefined when there is none of that id. */
  product(id: string): Promise<Product | undefined>;
}

export const productIdSchema = z.string().check(z.maxLength(64), z.regex(/^[a-z0-9-]+$/));

const productSchema: z.ZodMiniType<Product> = z.object({
  id: productIdSchema,
  name: z.string(),
  summary: z.string(),
  description: z.string(),
  price: moneySchema,
  picture: z.string(),
});
const listSchema = z.object({ products: z.array(productSchema) });

/** The catalog over HTTP. Every method rejects with Trouble. */
export class CatalogClient extends Peer implements Catalog {
  constructor(url: string) {
    super("catalog", url);
  }

  async products(): Promise<readonly Product[]> {
    return this.read(await this.ask({ path: "/products" }), listSchema).products;
  }

  product(id: string): Promise<Product | undefined> {
    return this.get(`/products/${encodeURIComponent(id)}`, productSchema);
  }
}
