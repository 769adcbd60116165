export { Deployer, type DeployerArgs } from "./deployer";
export { deployerKubeconfig, type DeployerKubeconfigArgs } from "./deployer-kubeconfig";
export { GitOps, type GitOpsArgs, type CustomResourceDefinition } from "./gitops";
export { GitOpsSource, type GitOpsSourceArgs } from "./gitops-source";
export { GitServer, type GitServerArgs, type GitUser } from "./git-server";
export { JenkinsPipeline, type JenkinsPipelineArgs } from "./jenkins-pipeline";
export { ServiceChart, type ServiceChartArgs } from "./service-chart";
export { PushedImage, type PushedImageArgs, ServiceImage, type ServiceImageArgs } from "../images";
