import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { AnyResource } from "../../support/any-resource";
import { soundContainer } from "../../support/policy-examples/example";

const config = new pulumi.Config();
const after = config.get("moment") === "after";

// The provider writes files instead of asking a cluster; what it says of a change is the same.
const provider = new k8s.Provider("files", { renderYamlToDirectory: config.require("folder") });
const options = { provider };
const metadata = { namespace: "shop" };

if (!after) new k8s.core.v1.Namespace("attic", { metadata: { name: "attic" } }, options);

new k8s.core.v1.PersistentVolumeClaim(
  "orders-data",
  {
    metadata: { ...metadata, name: "orders-data" },
    spec: {
      storageClassName: after ? "keep" : "recycle",
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: "1Gi" } },
    },
  },
  options,
);

new k8s.networking.v1.NetworkPolicy(
  "default-deny",
  { metadata: { ...metadata, name: "deny" }, spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] } },
  options,
);

const labels = { app: "orders" };
new k8s.apps.v1.StatefulSet(
  "orders",
  {
    metadata: { ...metadata, name: "orders" },
    spec: {
      serviceName: after ? "orders-db" : "orders",
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [soundContainer as unknown as k8s.types.input.core.v1.Container] },
      },
    },
  },
  options,
);

new k8s.core.v1.ConfigMap(
  "settings",
  {
    metadata: { ...metadata, name: "settings" },
    data: {
      level: after ? "debug" : "info",
      password: pulumi.secret(after ? "correct-horse" : "battery-staple"),
    },
  },
  options,
);

const instanceType = after ? "m7g.xlarge" : "m7g.large";
const tags = { "slipway.owner": "test" };
new AnyResource("aws:ec2/instance:Instance", "machine", {
  instanceType,
  rootBlockDevice: { encrypted: true, volumeSize: 20, volumeType: "gp3" },
  tags,
});

const broken = config.get("broken");
if (broken === "policy") new AnyResource("aws:ebs/volume:Volume", "plain", { tags, size: 10 });
if (broken === "program") throw new pulumi.RunError("the program says no");
