import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";

import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";

import {
  type CustomResourceDefinition,
  GitOps,
  GitOpsSource,
  GitServer,
  PushedImage,
} from "../components/delivery";
import type { RegistryCredentials } from "../components/images";
import { WorkloadNamespace } from "../components/workloads";
import { partDirectory } from "../toolchain/cache";
import { imageName } from "../toolchain/images";
import { parts } from "../toolchain/parts";

/** Port of every node on which the Git server answers; the environment's load balancer leads to it. */
export const gitNodePort = 30030;

/** The repository of the Git server that is deployed, and the namespace that it is deployed into. */
export const appsRepository = "apps";

export interface EnvironmentGitOpsArgs {
  /** `host:port` of the registry that its images go through. */
  readonly registry: pulumi.Input<string>;
  /** What has to be there before it takes images. */
  readonly registryAfter: readonly pulumi.Resource[];
  /** Who pushes there. */
  readonly credentials: RegistryCredentials;
  /** How often the repository is looked at, in seconds. */
  readonly intervalSeconds: number;
  /** What has to be there before its pods. */
  readonly podsAfter: readonly pulumi.Resource[];
}

/** GitOps as an environment has it: Flux, a Git server, and a repository of it that is deployed into a namespace. */
export class EnvironmentGitOps extends pulumi.ComponentResource {
  /** The Git server's administrator. The password is secret. */
  readonly credentials: GitServer["credentials"];

  constructor(name: string, args: EnvironmentGitOpsArgs, options: pulumi.ComponentResourceOptions) {
    super("slipway:stacks:EnvironmentGitOps", name, {}, options);
    const child = { parent: this };
    const pods = { ...child, dependsOn: [...args.podsAfter] };
    const image = (kind: Parameters<typeof imageName>[0]): pulumi.Output<string> =>
      new PushedImage(
        `${name}-${kind}`,
        { registry: args.registry, credentials: args.credentials, localName: imageName(kind) },
        { ...child, dependsOn: [...args.registryAfter] },
      ).reference;

    const git = new GitServer(
      "git",
      { image: image("gitea"), repositories: [appsRepository], nodePort: gitNodePort },
      pods,
    );
    const gitOps = new GitOps(
      "flux",
      {
        images: {
          sourceController: image("source-controller"),
          kustomizeController: image("kustomize-controller"),
        },
        customResourceDefinitions: fluxDefinitions(),
      },
      pods,
    );
    const namespace = new WorkloadNamespace(appsRepository, child).namespaceName;
    new GitOpsSource(
      appsRepository,
      {
        namespace,
        url: git.repositoryUrl(appsRepository),
        credentials: git.reader(appsRepository),
        intervalSeconds: args.intervalSeconds,
      },
      { ...child, dependsOn: [gitOps] },
    );
    this.credentials = git.credentials;
    this.registerOutputs();
  }
}

/** The kinds of objects that Flux' controllers know, as the toolchain ships them beside the programs. */
function fluxDefinitions(): CustomResourceDefinition[] {
  return [parts["source-controller"], parts["kustomize-controller"]].flatMap((part) => {
    const folder = path.join(partDirectory(part), "crds");
    return readdirSync(folder)
      .filter((file) => file.endsWith(".yaml"))
      .map((file) => parse(readFileSync(path.join(folder, file), "utf8")) as CustomResourceDefinition);
  });
}
