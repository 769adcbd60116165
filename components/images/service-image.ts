import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

/** Where an image is built from, and what it is called. */
export interface ServiceImageArgs {
  /** `host:port` of the registry that it is pushed to. */
  readonly registry: pulumi.Input<string>;
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

/** An image that Docker builds here and pushes to a registry, to be deployed by its digest. */
export class ServiceImage extends pulumi.ComponentResource {
  /** `registry/repository@sha256:…`: names this very content, whatever a tag is moved to later. */
  readonly reference: pulumi.Output<string>;

  constructor(name: string, args: ServiceImageArgs, options?: pulumi.ComponentResourceOptions) {
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
        // The provider asks for credentials even where the registry does not.
        authConfig: { address: pulumi.interpolate`http://${args.registry}`, username: "", password: "" },
        insecureSkipVerify: true,
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
