import * as pulumi from "@pulumi/pulumi";

/**
 * What goes first of an environment, and is protected: Pulumi refuses what is protected only when its turn has come, and would
 * have deleted all that does not depend on it by then. There in any case, as what is protected cannot be left out.
 */
export class DeletionGuard extends pulumi.ComponentResource {
  /**
   * @param guarded all that has to be left alone
   * @param isProtected whether a destroy is refused
   */
  constructor(
    name: string,
    guarded: readonly pulumi.Resource[],
    isProtected: boolean,
    options: pulumi.ComponentResourceOptions,
  ) {
    super(
      "slipway:stacks:DeletionGuard",
      name,
      {},
      { ...options, dependsOn: [...guarded], protect: isProtected },
    );
    this.registerOutputs();
  }
}
