import { run, thisInstance } from "@slipway/service";
import { version } from "../package.json";
import { storefrontApp } from "./app";
import { CatalogClient } from "./catalog-client";

const catalogUrl = process.env.CATALOG_URL;
if (!catalogUrl || !URL.canParse(catalogUrl)) {
  throw new Error(`CATALOG_URL is "${catalogUrl ?? ""}", but should be like http://catalog:8080`);
}

const instance = thisInstance("storefront", version);
void run(storefrontApp(instance, new CatalogClient(catalogUrl)), instance);
