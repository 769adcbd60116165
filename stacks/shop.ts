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
}

// The pods' preStop hook has waited already when a service is told to stop.
const drain = { DRAIN_MS: "0" };

const services = path.join(__dirname, "..", "services");

/** The sample shop: a storefront with a web page, and the catalog that it reaches through its Service. */
export class Shop extends pulumi.ComponentResource {
  constructor(name: string, args: ShopArgs, options: pulumi.ComponentResourceOptions) {
    super("slipway:stacks:Shop", name, {}, options);

    const child = { parent: this };
    const namespace = new WorkloadNamespace(name, child).namespaceName;
    const image = (service: string): pulumi.Output<string> =>
      serviceImage(`${name}-${service}`, service, args, this);
    const catalog = new Microservice("catalog", { namespace, image: image("catalog"), env: drain }, child);
    new Microservice(
      "storefront",
      {
        namespace,
        image: image("storefront"),
        env: { ...drain, CATALOG_URL: catalog.url },
        talksTo: [catalog],
        nodePort: shopNodePort,
      },
      child,
    );
    this.registerOutputs();
  }
}

function serviceImage(
  name: string,
  service: string,
  args: ShopArgs,
  parent: pulumi.Resource,
): pulumi.Output<string> {
  const image = new ServiceImage(
    name,
    {
      registry: args.registry,
      repository: service,
      tag: contentKey(services, args.baseImage),
      context: services,
      dockerfile: `${service}/Dockerfile`,
      buildArgs: { BASE: args.baseImage },
    },
    { parent },
  );
  return image.reference;
}
