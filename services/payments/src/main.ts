import { run, thisInstance } from "../../shared/src";
import { version } from "../package.json";
import { paymentsApp } from "./app";
import { mockGateway } from "./gateway";

const instance = thisInstance("payments", version);
void run(paymentsApp(instance, mockGateway), instance);
