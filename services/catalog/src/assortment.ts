import type { Catalog, Product } from "../../shared/src";
import { products } from "./products";

const productsById = new Map(products.map((product) => [product.id, product]));

/** The catalog's own knowledge, the same in the service and in the monolith. */
export const assortment: Catalog = {
  products: () => Promise.resolve(products),
  product: (id: string): Promise<Product | undefined> => Promise.resolve(productsById.get(id)),
};
