import { readFileSync } from "node:fs";
import { join } from "node:path";

import { ClusterDns, KubeProxy, PodNetwork, Storage } from "../../../components/platform";
import { inputsOf, recordResources, registeredBy } from "../../support/recorder";

beforeEach(recordResources);

const apiEndpoint = { host: "172.30.0.2", port: 6443 };
const kubeProxy = { version: "1.36.3", podCidr: "10.244.0.0/16", apiEndpoint };

/** Constructors of the components whose ConfigMaps hold whole documents, and the file that each key must equal. */
const documents: [string, string, Parameters<typeof registeredBy>[0]][] = [
  [
    "config.conf",
    "kube-proxy.shared-kernel.yaml",
    (options) => new KubeProxy("kp", { ...kubeProxy, conntrackLimits: false }, options),
  ],
  [
    "config.conf",
    "kube-proxy.own-kernel.yaml",
    (options) => new KubeProxy("kp", { ...kubeProxy, conntrackLimits: true }, options),
  ],
  [
    "kubeconfig.conf",
    "kube-proxy.kubeconfig.yaml",
    (options) => new KubeProxy("kp", { ...kubeProxy, conntrackLimits: true }, options),
  ],
  [
    "cni.conflist",
    "kube-router.conflist.json",
    (options) =>
      new PodNetwork("net", { version: "2.2.1", serviceCidr: "10.96.0.0/16", apiEndpoint }, options),
  ],
  [
    "Corefile",
    "Corefile",
    (options) => new ClusterDns("dns", { version: "1.14.0", address: "10.96.0.10" }, options),
  ],
  [
    "config.json",
    "local-path-provisioner.config.json",
    (options) => new Storage("store", { version: "0.0.30" }, options),
  ],
  [
    "config.json",
    "local-path-provisioner.shared.config.json",
    (options) => new Storage("store", { version: "0.0.30", keptFolder: "/mnt/kept" }, options),
  ],
  [
    "helperPod.yaml",
    "local-path-provisioner.helper-pod.yaml",
    (options) => new Storage("store", { version: "0.0.30" }, options),
  ],
];

test.each(documents)("%s is %s", async (key, file, construct) => {
  const { data } = inputsOf(await registeredBy(construct), "kubernetes:core/v1:ConfigMap");
  const golden = readFileSync(join(__dirname, file), "utf8");
  expect(normal(key, data[key])).toBe(normal(key, golden));
});

/** The text of a document; Prettier writes the lines of a golden one in JSON as it likes. */
function normal(key: string, text = ""): string {
  return key.endsWith(".json") ? JSON.stringify(JSON.parse(text), undefined, 2) : text.trimEnd();
}
