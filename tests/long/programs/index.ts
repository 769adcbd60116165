import * as path from "node:path";

import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { ServiceImage } from "../../../components/images";
import { Exposure, Microservice, StatefulService, WorkloadNamespace } from "../../../components/workloads";
import { imageName } from "../../../toolchain/images";

const config = new pulumi.Config();
const environment = new pulumi.StackReference(config.require("environment"));
const provider = new k8s.Provider("cluster", {
  kubeconfig: environment.requireOutput("kubeconfig"),
  clusterIdentifier: config.require("environment"),
});
const options = { provider };

const image = new ServiceImage("programs", {
  registry: environment.requireOutput("registry") as pulumi.Output<string>,
  credentials: {
    username: "program",
    password: environment.requireOutput("registryPassword") as pulumi.Output<string>,
  },
  repository: "programs",
  tag: "node",
  context: path.join(__dirname, "..", "workloads", "service"),
  dockerfile: "Dockerfile",
  buildArgs: { BASE: imageName("node"), VERSION: "one" },
}).reference;

const script = (text: string): { command: string[] } => ({ command: ["node", "-e", text] });
const server = (port: number, answer: string): string =>
  `require("http").createServer((request, response) => response.end(${answer})).listen(${port});`;

const namespace = new WorkloadNamespace("programs", options).namespaceName;
const echo = `
  const socket = require("dgram").createSocket("udp4");
  socket.on("message", (message, { port, address }) => socket.send(message, port, address));
  socket.bind(5353);`;

const many = new Microservice(
  "many",
  {
    namespace,
    image,
    replicas: 1,
    ...script(server(8080, '"main"') + server(9090, '"metrics"') + echo),
    ports: { metrics: 9090, echo: { port: 5353, protocol: "UDP" } },
    calledBy: [{ namespace: "monitoring", ports: ["metrics"] }],
  },
  options,
);

new Microservice(
  "queue",
  {
    namespace,
    image,
    replicas: 1,
    port: "none",
    user: 1001,
    ...script("setInterval(() => {}, 1000)"),
    args: ["$(date)", "$$"],
    env: { AS_WRITTEN: "$$x $(POD_NAME)" },
    scratch: ["/var/cache/queue", { path: "/tmp", size: "128Mi" }],
    hostAliases: [{ ip: "192.0.2.7", hostnames: ["erp.example.org"] }],
    initContainers: [
      { name: "prepare", ...script('require("fs").writeFileSync("/var/cache/queue/prepared", "yes")') },
    ],
    sidecars: [{ name: "helper", ...script(server(7000, '"helped"')) }],
    talksTo: [
      many.on("echo"),
      { cidrs: [`${config.require("outside")}/32`], ports: [config.requireNumber("outsidePort")] },
    ],
  },
  options,
);

const store = new StatefulService(
  "store",
  {
    namespace,
    image,
    port: 8080,
    ...script(
      server(8080, 'require("fs").readdirSync("/data").concat(require("fs").readdirSync("/wal")).join()'),
    ),
    storage: { size: "16Mi", path: "/data" },
    disks: { wal: { size: "16Mi", path: "/wal" } },
    termination: { drainSeconds: 5 },
  },
  options,
);
new Exposure("programs", { namespace, routes: [{ host: "programs.test", to: store }] }, options);

// Of the same name as another one of this stack.
const elsewhere = new WorkloadNamespace("elsewhere", options).namespaceName;
new Microservice(
  "many-elsewhere",
  { serviceName: "many", namespace: elsewhere, image, replicas: 1, ...script(server(8080, '"elsewhere"')) },
  options,
);

if (config.getBoolean("wrongExposure") === true) {
  new Exposure("wrong", { namespace: elsewhere, routes: [{ to: store }] }, options);
}
