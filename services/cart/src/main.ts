import { CatalogClient, run, thisInstance, urlOf } from "../../shared/src";
import { version } from "../package.json";
import { cartApp } from "./app";
import { PricingCart } from "./pricing";

const instance = thisInstance("cart", version);
const catalog = new CatalogClient(urlOf("catalog"));
void run(cartApp(instance, new PricingCart(catalog), [catalog]), instance, [catalog]);
