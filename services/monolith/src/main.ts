import { PricingCart } from "../../cart/src/pricing";
import { assortment } from "../../catalog/src/assortment";
import { PostgresDatabase } from "../../orders/src/database";
import { OrderBook } from "../../orders/src/order-book";
import { OrderDesk } from "../../orders/src/order-desk";
import { mockGateway } from "../../payments/src/gateway";
import { run, thisInstance } from "../../shared/src";
import { storefrontApp } from "../../storefront/src/app";
import { version } from "../package.json";

const instance = thisInstance("monolith", version);
const database = new PostgresDatabase(instance);
const cart = new PricingCart(assortment);
const orders = new OrderDesk(new OrderBook(database), cart, mockGateway);
const app = storefrontApp(instance, { catalog: assortment, cart, orders, shelves: [], needs: [database] });
void run(app, instance, [database]);
