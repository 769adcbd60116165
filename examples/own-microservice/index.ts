import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import * as path from "node:path";

import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { Microservice, ServiceImage, WorkloadNamespace } from "@slipway/kubernetes";

const config = new pulumi.Config();

// The cluster is another stack's: its outputs are all that this one needs.
const environment = new pulumi.StackReference(config.require("environment"));
const provider = new k8s.Provider("cluster", {
  kubeconfig: environment.requireOutput("kubeconfig"),
  // What the provider compares instead of the kubeconfig, whose certificate is renewed.
  clusterIdentifier: config.require("environment"),
});

// Built here, and pushed to the environment's registry, where its machines find it.
const context = path.join(__dirname, "service");
const files = ["Dockerfile", "server.mjs"].map((file) => readFileSync(path.join(context, file)));
const baseImage = config.require("baseImage");
const image = new ServiceImage("reviews", {
  registry: environment.requireOutput("registry"),
  credentials: { username: "program", password: environment.requireOutput("registryPassword") },
  repository: "reviews",
  tag: createHash("sha256").update(Buffer.concat(files)).update(baseImage).digest("hex").slice(0, 16),
  context,
  dockerfile: "Dockerfile",
  buildArgs: { BASE: baseImage },
});

const namespace = new WorkloadNamespace("reviews", { provider }).namespaceName;

// The shop's catalog, a microservice of the other stack.
const catalog = { serviceName: "catalog", namespace: "shop" };

const reviews = new Microservice(
  "reviews",
  {
    namespace,
    image: image.reference,
    env: { CATALOG_URL: `http://${catalog.serviceName}.${catalog.namespace}` },
    talksTo: [catalog],
  },
  { provider },
);

/** Where other microservices reach it. */
export const url = reviews.url;
