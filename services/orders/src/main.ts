import { CartClient, PaymentsClient, run, thisInstance, urlOf } from "../../shared/src";
import { version } from "../package.json";
import { ordersApp } from "./app";
import { PostgresDatabase } from "./database";
import { OrderBook } from "./order-book";
import { OrderDesk } from "./order-desk";

const instance = thisInstance("orders", version);
const cart = new CartClient(urlOf("cart"));
const payments = new PaymentsClient(urlOf("payments"));
const database = new PostgresDatabase(instance);
const needs = [cart, payments, database];
const desk = new OrderDesk(new OrderBook(database), cart, payments);
void run(ordersApp(instance, desk, needs), instance, needs);
