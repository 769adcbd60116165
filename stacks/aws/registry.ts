import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import * as path from "node:path";

import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

import type { ImageRepositories } from "../../components/machines/aws";
import type { Identity } from "./account";

/** Where Docker finds the password of a registry. */
export interface RegistryLogin {
  /** Name of the registry's host. */
  readonly address: string;
  /** Path of a file as `docker login` writes it. */
  readonly configFile: string;
}

/**
 * Logs Docker in to the account's registry for 12 hours, in a file of the environment's own: as an input of a resource the
 * password, another one every time, would be a change in each `up`. A preview pushes nothing, and asks for none.
 * @param folder which nobody else may read
 */
export async function registryLogin(
  { accountId, partition }: Identity,
  region: string,
  folder: string,
): Promise<RegistryLogin> {
  const domain = partition === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
  const address = `${accountId}.dkr.ecr.${region}.${domain}`;
  const directory = path.join(folder, "docker");
  const configFile = path.join(directory, "config.json");
  const isKept = pulumi.runtime.isDryRun() && existsSync(configFile);
  if (!isKept) {
    const auth = pulumi.runtime.isDryRun() ? "" : await password(region);
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeFileSync(configFile, JSON.stringify({ auths: { [address]: { auth } } }), { mode: 0o600 });
  }
  return { address, configFile };
}

async function password(region: string): Promise<string> {
  const { ECRClient, GetAuthorizationTokenCommand } = await import("@aws-sdk/client-ecr");
  const ecr = new ECRClient({ region });
  const { authorizationData: [login] = [] } = await ecr.send(new GetAuthorizationTokenCommand({}));
  return login?.authorizationToken ?? "";
}

/** Where an environment's images go. */
export interface Registry {
  /** `host/slipway/environment`: what the names of its images begin with. Known when its repositories are there. */
  readonly prefix: pulumi.Output<string>;
  /** May push there. */
  readonly provider: docker.Provider;
}

/** The environment's repositories as a place to push to. */
export function imageRegistry(
  name: string,
  repositories: ImageRepositories,
  { address, configFile }: RegistryLogin,
  options: pulumi.ComponentResourceOptions,
): Registry {
  const prefixes = pulumi
    .all(repositories.urls)
    .apply((urls) => Object.entries(urls).map(([image, url]) => url.slice(0, -image.length - 1)));
  return {
    prefix: prefixes.apply(([first = ""]) => first),
    provider: new docker.Provider(`${name}-registry`, { registryAuth: [{ address, configFile }] }, options),
  };
}
