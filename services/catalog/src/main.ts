import { run, thisInstance } from "@slipway/service";
import { version } from "../package.json";
import { catalogApp } from "./app";

const instance = thisInstance("catalog", version);
void run(catalogApp(instance), instance);
