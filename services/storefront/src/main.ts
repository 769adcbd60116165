import {
  CartClient,
  CatalogClient,
  OrdersClient,
  run,
  ShelfClient,
  thisInstance,
  urlOf,
  words,
} from "../../shared/src";
import { version } from "../package.json";
import { storefrontApp } from "./app";

const instance = thisInstance("storefront", version);
const catalog = new CatalogClient(urlOf("catalog"));
const cart = new CartClient(urlOf("cart"));
const orders = new OrdersClient(urlOf("orders"));
const shelves = words("SHELVES").map((service) => new ShelfClient(service, urlOf(service)));
const needs = [catalog, cart, orders, ...shelves];
// A shelf is nice to have: the storefront does not wait for it.
void run(storefrontApp(instance, { catalog, cart, orders, shelves, needs }), instance, [
  catalog,
  cart,
  orders,
]);
