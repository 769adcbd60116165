import { run, thisInstance } from "../../shared/src";
import { version } from "../package.json";
import { catalogApp } from "./app";
import { assortment } from "./assortment";

const instance = thisInstance("catalog", version);
void run(catalogApp(instance, assortment), instance);
