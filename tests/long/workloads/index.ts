import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import * as path from "node:path";

import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { ServiceImage } from "../../../components/images";
import { Exposure, Microservice, WorkloadNamespace } from "../../../components/workloads";
import { imageName } from "../../../toolchain/images";

const config = new pulumi.Config();
const environment = new pulumi.StackReference(config.require("environment"));
const registry = environment.requireOutput("registry") as pulumi.Output<string>;

const provider = new k8s.Provider("cluster", {
  kubeconfig: environment.requireOutput("kubeconfig"),
  clusterIdentifier: config.require("environment"),
});
const options = { provider };

const context = path.join(__dirname, "service");
const content = Buffer.concat(
  ["Dockerfile", "server.mjs"].map((file) => readFileSync(path.join(context, file))),
);

/** The image of the one program that all of them run, in one of its versions. */
function imageOf(version: string): pulumi.Output<string> {
  const base = imageName("node");
  const hash = createHash("sha256").update(content).update(base).update(version);
  const args = {
    registry,
    credentials: {
      username: "program",
      password: environment.requireOutput("registryPassword") as pulumi.Output<string>,
    },
    repository: "probe",
    tag: hash.digest("hex").slice(0, 16),
    context,
    dockerfile: "Dockerfile",
    buildArgs: { BASE: base, VERSION: version },
  };
  return new ServiceImage(`probe-${version}`, args).reference;
}

const [image, trialImage] = [imageOf("one"), imageOf("two")];
const namespace = new WorkloadNamespace("probes", options).namespaceName;

const weight = config.getNumber("canaryWeight");
const backend = new Microservice(
  "backend",
  {
    namespace,
    image,
    env: { BROKEN: config.get("broken") ?? "" },
    // Not the setting itself: Pulumi keeps settings as they are given, in the state as well.
    secrets: { WORD: createHash("sha256").update(config.require("word")).digest("hex") },
    files: { "/etc/probe/greeting.txt": "hello" },
    probes: { startSeconds: 20 },
    rollout: {
      deadlineSeconds: 25,
      ...(weight === undefined ? {} : { canary: { image: trialImage, weight } }),
    },
  },
  options,
);

const busy = new Microservice(
  "busy",
  {
    namespace,
    image,
    autoscaling: { min: 1, max: 3, cpuPercent: 50, scaleDownSeconds: 10 },
    resources: { requests: { cpu: "40m", memory: "64Mi" }, limits: { cpu: "200m", memory: "128Mi" } },
  },
  options,
);

new Microservice(
  "caller",
  {
    namespace,
    image,
    replicas: 1,
    talksTo: [backend, busy],
    roles: [{ apiGroups: [""], resources: ["pods"], verbs: ["list"] }],
    volumes: [{ name: "notes", path: "/var/notes", size: "16Mi" }],
  },
  options,
);

new Exposure(
  "probes",
  {
    namespace,
    routes: [
      { host: "probe.test", to: backend },
      { host: "probe.test", path: "/busy", to: busy },
    ],
  },
  options,
);
