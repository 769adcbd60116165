import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { Exposure, type Microservice, WorkloadNamespace } from "../components/workloads";
import { type DatabaseBackups, ordersDatabase } from "./shop/orders-database";
import { type ImageSource, type ServiceArgs, ServiceMaker } from "./shop/service-maker";

/** Whether the shop is one program, or one for each thing that it does. */
export type ShopShape = "monolith" | "microservices";

export interface ShopArgs extends ImageSource {
  readonly shape: ShopShape;
  /** How its database is backed up. */
  readonly backups: DatabaseBackups;
  /** What has to be there before its pods; its images, which take longest, are built and pushed meanwhile. */
  readonly podsAfter: readonly pulumi.Resource[];
}

/** Names of all images that the shop has, in either shape. */
export const shopImages = [
  "monolith",
  "storefront",
  "catalog",
  "cart",
  "orders",
  "payments",
  "postgres",
] as const;

/** What a service needs that keeps orders. */
type Database = Required<Pick<ServiceArgs, "talksTo" | "env" | "secrets">>;

/**
 * The sample shop. When it moves from one shape to the other, the new pods come first, are ready when they have reached
 * all that they need, and get the requests from outside then; the old ones go last, when no request leads to them any
 * more. The database stays where it is.
 */
export class Shop extends pulumi.ComponentResource {
  /** Where it runs. Known when the namespace is there. */
  readonly namespace: pulumi.Output<string>;

  constructor(name: string, args: ShopArgs, options: pulumi.ComponentResourceOptions) {
    super("slipway:stacks:Shop", name, {}, options);

    const namespace = new WorkloadNamespace(name, { parent: this });
    this.namespace = namespace.namespaceName;
    this.limit(name, namespace);
    const maker = new ServiceMaker(this, name, this.namespace, args, args.podsAfter);
    const database = ordersDatabase(maker, args.backups);
    const front = { monolith, microservices }[args.shape](maker, database);
    new Exposure(
      name,
      { namespace: this.namespace, routes: [{ path: "/", to: front }] },
      { parent: this, dependsOn: maker.made },
    );
    this.registerOutputs();
  }

  /**
   * What all of it may take together, well above what it takes, so that one that goes wrong, or a deployer, does not take the
   * cluster. What says nothing about a limit gets one; of the disk, by its namespace.
   */
  private limit(name: string, namespace: WorkloadNamespace): void {
    const metadata = { name: "limits", namespace: this.namespace };
    const defaults = new k8s.core.v1.LimitRange(
      `${name}-limits`,
      {
        metadata,
        spec: {
          limits: [
            {
              type: "Container",
              defaultRequest: { cpu: "50m", memory: "64Mi" },
              default: { cpu: "1", memory: "256Mi" },
            },
          ],
        },
      },
      { parent: this },
    );
    new k8s.core.v1.ResourceQuota(
      `${name}-quota`,
      {
        metadata,
        spec: {
          hard: {
            pods: "100",
            "requests.cpu": "16",
            "requests.memory": "16Gi",
            "limits.memory": "48Gi",
            "limits.ephemeral-storage": "100Gi",
            persistentvolumeclaims: "10",
            "requests.storage": "100Gi",
            "services.loadbalancers": "0",
            "services.nodeports": "0",
          },
        },
      },
      // A pod that says nothing about a limit would be refused for it.
      { parent: this, dependsOn: [defaults, namespace] },
    );
  }
}

/** Everything in one program. */
function monolith(shop: ServiceMaker, database: Database): Microservice {
  const contains = ["storefront", "catalog", "cart", "orders", "payments"];
  return shop.service("monolith", { ...database, contains });
}

/** A program for each thing, each of which can be changed, scaled and lost by itself. */
function microservices(shop: ServiceMaker, database: Database): Microservice {
  const catalog = shop.service("catalog");
  const payments = shop.service("payments");
  const cart = shop.service("cart", { talksTo: [catalog] });
  const orders = shop.service("orders", { ...database, talksTo: [cart, payments, ...database.talksTo] });
  const shelves: Microservice[] = [];
  return shop.service("storefront", {
    talksTo: [catalog, cart, orders, ...shelves],
    env: { SHELVES: shelves.map(({ serviceName }) => serviceName).join(" ") },
  });
}
