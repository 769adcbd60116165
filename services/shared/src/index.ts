export {
  type Cart,
  CartClient,
  type CartLine,
  cartLinesSchema,
  type Change,
  maxQuantity,
} from "./contracts/cart";
export { cartQuestionSchema, type PricedCart, type PricedLine } from "./contracts/cart";
export { type Catalog, CatalogClient, type Product } from "./contracts/catalog";
export { type Money, money, sum, times } from "./contracts/money";
export {
  customerHeader,
  type Order,
  type OrderRequest,
  orderRequestSchema,
  type Orders,
  OrdersClient,
} from "./contracts/orders";
export { type Placed, uuidSchema } from "./contracts/orders";
export {
  type Authorisation,
  type Payment,
  type Payments,
  PaymentsClient,
  paymentSchema,
} from "./contracts/payments";
export { type Beside, type Shelf, ShelfClient } from "./contracts/shelf";
export { thisInstance } from "./instance";
export type { Instance } from "./instance";
export { log } from "./log";
export { Peer } from "./peer";
export { type Answerer, currentRequest } from "./request-context";
export { listen, run } from "./run";
export { apiApp, bodyOf, ownStatus, readsOnly, RETRY_AFTER_S, serviceApp, valid } from "./service-app";
export { urlOf, wholeNumber, words } from "./settings";
export { type Need, type Status, statusSchema } from "./status";
export { BadRequest, reason, Trouble } from "./trouble";
