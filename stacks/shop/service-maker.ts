import * as path from "node:path";

import type * as pulumi from "@pulumi/pulumi";

import { type RegistryCredentials, ServiceImage } from "../../components/images";
import { Microservice, type MicroserviceArgs } from "../../components/workloads";
import { contentKey, describeFile, keyOf } from "../../toolchain/content-key";

/** Where the services' images come from and go to. */
export interface ImageSource {
  /** `host:port` of the registry that the images go through. */
  readonly registry: pulumi.Input<string>;
  /** Whether the registry asks for credentials, see {@link ServiceImage}'s arguments. Default false. */
  readonly authenticated?: boolean;
  /** Who pushes to a registry that speaks HTTP. Default: it asks for nobody. */
  readonly credentials?: RegistryCredentials;
  /** What has to be there before it takes images. Default: nothing. */
  readonly registryAfter?: readonly pulumi.Resource[];
  /** Name of the image that the services are built from: it has Node and npm. */
  readonly nodeImage: string;
  /** Name of the image that the database is built from: it has apt. */
  readonly debianImage: string;
}

/** What one service is besides its folder. */
export type ServiceArgs = Omit<MicroserviceArgs, "namespace" | "image" | "build"> & {
  /** Folders whose code is part of it, too. Default none. */
  readonly contains?: readonly string[];
};

const services = path.join(__dirname, "..", "..", "services");

/** What every service is built of, besides its own folder. */
const common = ["Dockerfile", "bundle.mjs", "package-lock.json", "package.json"];

// The pods' preStop hook has waited already when a service is told to stop.
const drain = { DRAIN_MS: "0" };

/** Makes services of folders in services/, and remembers them. */
export class ServiceMaker {
  /** Those that were made. */
  readonly made: Microservice[] = [];

  private firstImage: ServiceImage | undefined;

  constructor(
    private readonly shop: pulumi.ComponentResource,
    private readonly name: string,
    private readonly namespace: pulumi.Input<string>,
    private readonly source: ImageSource,
    /** What has to be there before pods; images, which take longest, are built and pushed meanwhile. */
    private readonly podsAfter: readonly pulumi.Resource[],
  ) {}

  /** Where pods of the shop go. */
  get inNamespace() {
    return { namespace: this.namespace };
  }

  /** Options of what runs pods. */
  get forPods() {
    return { parent: this.shop, dependsOn: [...this.podsAfter] };
  }

  /** The service of a folder. It is told where to find those that it talks to: the catalog as `CATALOG_URL`. */
  service(folder: string, { contains = [], ...args }: ServiceArgs = {}): Microservice {
    const { talksTo = [], env } = args;
    const image = this.image(folder, ["shared", ...contains]);
    const microservice = new Microservice(
      folder,
      { ...this.inNamespace, ...args, image: image.reference, env: { ...drain, ...urls(talksTo), ...env } },
      this.forPods,
    );
    this.made.push(microservice);
    return microservice;
  }

  /** The database's image, of a folder with a Dockerfile of its own. */
  databaseImage(): ServiceImage {
    const context = path.join(services, "postgres");
    const { registry, debianImage, authenticated = false, credentials } = this.source;
    return new ServiceImage(
      `${this.name}-postgres`,
      {
        registry,
        authenticated,
        ...(credentials && { credentials }),
        repository: "postgres",
        tag: contentKey(context, debianImage),
        context,
        dockerfile: "Dockerfile",
        buildArgs: { BASE: debianImage },
      },
      { parent: this.shop, dependsOn: [...(this.source.registryAfter ?? [])] },
    );
  }

  /** Its tag is by what goes into it: a change of one service builds no other one, and starts no other's pods anew. */
  private image(folder: string, contains: readonly string[]): ServiceImage {
    const { registry, nodeImage, authenticated = false, credentials } = this.source;
    const parts = [folder, ...contains].map((part) => contentKey(path.join(services, part)));
    const image = new ServiceImage(
      `${this.name}-${folder}`,
      {
        registry,
        authenticated,
        ...(credentials && { credentials }),
        repository: folder,
        tag: keyOf([nodeImage, parts, common.map((file) => describeFile(services, file))]),
        context: services,
        dockerfile: "Dockerfile",
        buildArgs: { BASE: nodeImage, SERVICE: folder },
      },
      // What the others have in common with the first need not be built, compressed and sent again.
      {
        parent: this.shop,
        dependsOn: [...(this.source.registryAfter ?? []), ...(this.firstImage ? [this.firstImage] : [])],
      },
    );
    this.firstImage ??= image;
    return image;
  }
}

function urls(callees: NonNullable<ServiceArgs["talksTo"]>): Record<string, pulumi.Input<string>> {
  const entries = callees
    .filter((callee) => callee instanceof Microservice)
    .map(({ serviceName, url }) => [`${serviceName.toUpperCase().replaceAll("-", "_")}_URL`, url]);
  return Object.fromEntries(entries) as Record<string, pulumi.Input<string>>;
}
