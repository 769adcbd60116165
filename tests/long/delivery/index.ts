import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { Deployer, JenkinsPipeline, PushedImage, ServiceChart } from "../../../components/delivery";
import { WorkloadNamespace } from "../../../components/workloads";
import { partDirectory } from "../../../toolchain/cache";
import { imageName } from "../../../toolchain/images";
import { parts } from "../../../toolchain/parts";

const config = new pulumi.Config();
const environment = new pulumi.StackReference(config.require("environment"));
const registry = environment.requireOutput("registry") as pulumi.Output<string>;
const chartRegistry = environment.requireOutput("registryInCluster") as pulumi.Output<string>;
const provider = new k8s.Provider("cluster", {
  kubeconfig: environment.requireOutput("kubeconfig"),
  clusterIdentifier: config.require("environment"),
});

const team = new WorkloadNamespace("team", { provider });
const namespaces = { team: team.namespaceName };

const user = (username: string, output: string) => ({
  username,
  password: environment.requireOutput(output) as pulumi.Output<string>,
});
const chart = new ServiceChart("chart", {
  registry,
  credentials: user("charts", "chartPassword"),
  folder: config.require("chartFolder"),
  version: config.require("chartVersion"),
  helm: `${partDirectory(parts.helm)}/helm`,
});
// Another version than the one that was pushed now is one that the registry has from before.
const release = config.get("release");
new k8s.helm.v4.Chart(
  "greeter",
  {
    chart: chart.reference,
    version: release ?? chart.version,
    plainHttp: true,
    namespace: team.namespaceName,
    values: {
      image: config.require("image"),
      env: { GREETING: config.require("greeting") },
    } satisfies object,
  },
  { provider },
);

new Deployer("team-deployer", { namespaces }, { provider });

const agentImage = new PushedImage("agent", {
  registry,
  credentials: user("program", "registryPassword"),
  localName: imageName("agent"),
}).reference;
const jenkins = new JenkinsPipeline(
  "jenkins",
  {
    // No registry that can be reached here has it.
    image: "registry.example/jenkins:1",
    inboundAgentImage: "registry.example/inbound-agent:1",
    replicas: 0,
    agentImage,
    repository: config.require("repository"),
    jenkinsfile: "charts/Jenkinsfile",
    credentials: { username: config.require("gitUser"), password: config.requireSecret("gitPassword") },
    namespaces,
    chartRegistry: { host: chartRegistry, ...user("charts", "chartPassword") },
    variables: { NAMESPACE: "team", CHART_REGISTRY: chartRegistry },
  },
  { provider },
);

export = {
  agentImage,
  jenkinsPassword: jenkins.adminPassword,
  chartRegistry,
};
