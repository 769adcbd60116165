// Prints what somebody who uses the components without stacks/ needs to know of the images: one line of JSON.
import versions from "../versions.json";
import { imageName } from "./keys";

const { kubernetes, etcd, coredns, kubeRouter, localPathProvisioner, metricsServer, skipper } = versions;

/** The names of the images, and the versions of what the machine's image holds; the components take both as they are. */
const built = {
  images: {
    machine: imageName("machine"),
    loadBalancer: imageName("load-balancer"),
    registry: imageName("registry"),
    node: imageName("node"),
  },
  versions: { kubernetes, etcd, coredns, kubeRouter, localPathProvisioner, metricsServer, skipper },
};

console.log(JSON.stringify(built));
