import type * as pulumi from "@pulumi/pulumi";

import type { MicroserviceReference } from "./reference";
import type { Microservice } from "./microservice";

/** Which requests from outside the cluster lead to which microservices. */
export interface ExposureArgs {
  /** Namespace of the microservices: routes lead to those of one namespace only. */
  readonly namespace: pulumi.Input<string>;
  /** One at least; of several that fit a request, the one with the longest path takes it. */
  readonly routes: readonly Route[];
  /** Name of the IngressClass that the platform's ingress has. Default `skipper`. */
  readonly ingressClass?: string;
}

/** One way in. */
export interface Route {
  /** Host name that was asked for, such as `shop.example.org`, without a port. Default: any. */
  readonly host?: string;
  /** Path that the request's begins with, part by part: `/api` is `/api/v1`, too, and not `/apis`. Default `/`: any. */
  readonly path?: string;
  /**
   * Who answers HTTP: a {@link Microservice}, a {@link StatefulService}, or a reference to one. A part goes to its canary, if
   * it has one.
   */
  readonly to: MicroserviceReference & Partial<Pick<Microservice, "canary">>;
}
