import * as pulumi from "@pulumi/pulumi";

/**
 * A resource of any type that no plugin makes: the engine and its policies see it with its properties, as any other. What
 * a plugin would give back, as every one gives back what it was given, it says by itself.
 */
export class AnyResource extends pulumi.Resource {
  constructor(type: string, name: string, props: pulumi.Inputs, options: pulumi.ResourceOptions = {}) {
    super(type, name, false, props, options);
    pulumi.runtime.registerResourceOutputs(this, props);
  }
}
