import type * as pulumi from "@pulumi/pulumi";

/** The API's stable address, as machines reach it. */
export interface ApiEndpoint {
  /** Name or address; one of the API server certificate's own. */
  readonly host: pulumi.Input<string>;
  /** TCP port. */
  readonly port: pulumi.Input<number>;
}
