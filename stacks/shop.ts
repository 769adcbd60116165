import * as path from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { ServiceImage } from "../components/delivery";
import { Microservice, WorkloadNamespace } from "../components/workloads";
import { contentKey } from "../toolchain/content-key";

/** Port of every node on which the storefront answers; the environment's load balancer leads to it. */
export const shopNodePort = 30080;

export interface ShopArgs {
  /** `host:port` of the registry that its images go through. */
  readonly registry: pulumi.Input<string>;
  /** Name of the image that its services are built from. */
  readonly baseImage: string;
  /** What has to be there before its pods; its images, which take longest, are built and pushed meanwhile. */
  readonly podsAfter: readonly pulumi.Resource[];
}

// The pods' preStop hook has waited already when a service is told to stop.
const drain = { DRAIN_MS: "0" };

const services = path.join(__dirname, "..", "services");

/** The sample shop: a storefront with a web page, and the catalog that it reaches through its Service. */
export class Shop extends pulumi.ComponentResource {
  /** Where it runs. Known when the namespace is there. */
  readonly namespace: pulumi.Output<string>;

  constructor(name: string, args: ShopArgs, options: pulumi.ComponentResourceOptions) {
    super("slipway:stacks:Shop", name, {}, options);

    const child = { parent: this };
    const namespace = new WorkloadNamespace(name, child).namespaceName;
    this.namespace = namespace;
    const catalogImage = serviceImage(`${name}-catalog`, "catalog", args, child);
    // One after the other: what the second has in common with the first is in the registry by then, and need not be
    // compressed and sent again.
    const storefrontImage = serviceImage(`${name}-storefront`, "storefront", args, {
      ...child,
      dependsOn: [catalogImage],
    });
    const pods = { ...child, dependsOn: [...args.podsAfter] };
    const catalog = new Microservice(
      "catalog",
      { namespace, image: catalogImage.reference, env: drain },
      pods,
    );
    new Microservice(
      "storefront",
      {
        namespace,
        image: storefrontImage.reference,
        env: { ...drain, CATALOG_URL: catalog.url },
        talksTo: [catalog],
        nodePort: shopNodePort,
      },
      pods,
    );
    this.registerOutputs();
  }
}

function serviceImage(
  name: string,
  service: string,
  args: ShopArgs,
  options: pulumi.ComponentResourceOptions,
): ServiceImage {
  return new ServiceImage(
    name,
    {
      registry: args.registry,
      repository: service,
      tag: contentKey(services, args.baseImage),
      context: services,
      dockerfile: `${service}/Dockerfile`,
      buildArgs: { BASE: args.baseImage },
    },
    options,
  );
}
