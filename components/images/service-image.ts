import { isAbsolute } from "node:path";

import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

import { Problems } from "../checks";
import { credentialsFor, type RegistryCredentials } from "./credentials";

/** Where an image is built from, and what it is called. */
export interface ServiceImageArgs {
  /** `host:port` of the registry that it is pushed to, and what its names begin with if need be. */
  readonly registry: pulumi.Input<string>;
  /**
   * Whether the registry speaks TLS and asks for credentials: those that the Docker provider in the options has for it in
   * `registryAuth`. Default false: it speaks HTTP.
   */
  readonly authenticated?: boolean;
  /** Who pushes to a registry that speaks HTTP, as an environment's own does. Default: it asks for nobody. */
  readonly credentials?: RegistryCredentials;
  /** Name inside the registry, such as `catalog`. */
  readonly repository: string;
  /** Names the content of the build context: a new tag is a new build, the same tag is none. */
  readonly tag: string;
  /** Absolute path of the build context. */
  readonly context: string;
  /** Path of the Dockerfile, inside the context. */
  readonly dockerfile: string;
  /** Values for the Dockerfile's `ARG`s. Default none. Never a secret: they stay in the image's history. */
  readonly buildArgs?: Readonly<Record<string, pulumi.Input<string>>>;
}

/**
 * An image that Docker builds here and pushes to a registry, to be deployed by its digest. Settings that cannot work throw
 * one error that names them all.
 */
export class ServiceImage extends pulumi.ComponentResource {
  /** `registry/repository@sha256:…`: names this very content, whatever a tag is moved to later. */
  readonly reference: pulumi.Output<string>;

  constructor(name: string, args: ServiceImageArgs, options?: pulumi.ComponentResourceOptions) {
    checkServiceImage(name, args);
    super("slipway:images:ServiceImage", name, {}, options);

    const repository = pulumi.interpolate`${args.registry}/${args.repository}`;
    const image = new docker.RemoteImage(
      name,
      {
        name: pulumi.interpolate`${repository}:${args.tag}`,
        build: { context: args.context, dockerfile: args.dockerfile, buildArgs: args.buildArgs ?? {} },
        forceRemove: true,
      },
      { parent: this },
    );
    const pushed = new docker.RegistryImage(
      name,
      {
        name: image.name,
        ...credentialsFor(args),
        // The registry goes with its volume; there is nothing to delete image by image.
        keepRemotely: true,
      },
      // The plugin wants what has a name of the user's own deleted first, which for an image is nothing. The engine would ask
      // of all that runs the image what becomes of it while its digest is unknown, and a Deployment whose pods' template is
      // unknown is replaced instead of rolled out.
      { parent: this, deleteBeforeReplace: false },
    );
    this.reference = pulumi.interpolate`${repository}@${pushed.sha256Digest}`;
    this.registerOutputs({ reference: this.reference });
  }
}

/** https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests */
const repositories = /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/;

function checkServiceImage(name: string, { repository, tag, context, dockerfile }: ServiceImageArgs): void {
  const problems = new Problems();
  const lower = 'give a name of a-z, 0-9 and, between these, ".", "_", "-" and "/"';
  problems.expect(repositories.test(repository), "repository", repository, lower);
  const tags = 'give 1 to 128 of A-Z, a-z, 0-9, "_", "." and "-", with none of the last two first';
  problems.expect(/^\w[\w.-]{0,127}$/.test(tag), "tag", tag, tags);
  problems.expect(isAbsolute(context), "context", context, "give an absolute path");
  problems.expectInside("dockerfile", dockerfile, "a path inside the context, such as Dockerfile");
  problems.throwIfAny("ServiceImage", name);
}
