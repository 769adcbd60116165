import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

import { Problems } from "../checks";
import { credentialsFor, type RegistryCredentials } from "./credentials";

/** Which image, and where it is pushed to. */
export interface PushedImageArgs {
  /** `host:port` of the registry, and what its names begin with if need be. */
  readonly registry: pulumi.Input<string>;
  /** Name inside the registry. Default: the local name without its tag. */
  readonly repository?: string;
  /** Whether the registry asks for credentials, see {@link ServiceImageArgs.authenticated}. Default false. */
  readonly authenticated?: boolean;
  /** Who pushes, see {@link ServiceImageArgs.credentials}. Default: nobody is asked. */
  readonly credentials?: RegistryCredentials;
  /** Name and tag of an image that the local Docker daemon has, such as `slipway/gitea:0123456789ab`. */
  readonly localName: string;
}

/**
 * An image that the local Docker daemon has already, pushed to a registry to be deployed by its digest. A name without a tag,
 * or of another registry, throws an error.
 */
export class PushedImage extends pulumi.ComponentResource {
  /** `registry/repository@sha256:…`: names this very content. */
  readonly reference: pulumi.Output<string>;

  constructor(name: string, args: PushedImageArgs, options?: pulumi.ComponentResourceOptions) {
    const problems = new Problems();
    const advice = "give a name of a-z, 0-9 and its tag, such as slipway/gitea:0123456789ab";
    const isLocal = /^[a-z0-9][a-z0-9._/-]*:\w[\w.-]{0,127}$/.test(args.localName);
    problems.expect(isLocal, "localName", args.localName, advice);
    problems.throwIfAny("PushedImage", name);
    super("slipway:images:PushedImage", name, {}, options);

    const [localRepository = "", tag = ""] = args.localName.split(":");
    const { repository = localRepository } = args;
    const tagged = new docker.Tag(
      name,
      {
        sourceImage: args.localName,
        targetImage: pulumi.interpolate`${args.registry}/${repository}:${tag}`,
      },
      { parent: this },
    );
    const pushed = new docker.RegistryImage(
      name,
      {
        name: tagged.targetImage,
        ...credentialsFor(args),
        // The registry goes with its volume; there is nothing to delete image by image.
        keepRemotely: true,
      },
      // The plugin wants what has a name of the user's own deleted first, which for an image is nothing. The engine would ask
      // of all that runs the image what becomes of it while its digest is unknown, and a Deployment whose pods' template is
      // unknown is replaced instead of rolled out.
      { parent: this, deleteBeforeReplace: false },
    );
    this.reference = pulumi.interpolate`${args.registry}/${repository}@${pushed.sha256Digest}`;
    this.registerOutputs({ reference: this.reference });
  }
}
