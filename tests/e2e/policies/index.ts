import * as pulumi from "@pulumi/pulumi";

import { AnyResource } from "../../support/any-resource";
import { policyExamples } from "../../support/policy-examples";
import { denyAll } from "../../support/policy-examples/example";

const which = new pulumi.Config().require("examples");

// What the examples of other rules are in, so that they break no rule but their own.
const deny = denyAll("shop");
new AnyResource(deny.type, "shop-default-deny", deny.props);

for (const { rule, examples } of policyExamples) {
  const chosen = examples.filter(({ says }) => (says.length === 0) === (which === "passing"));
  for (const [index, { resources }] of chosen.entries()) {
    for (const [place, { type, props, parent }] of resources.entries()) {
      const name = `${rule}-${index}-${place}`;
      const options = parent ? { parent: new AnyResource(parent, `${name}-parent`, {}) } : {};
      new AnyResource(type, name, props, options);
    }
  }
}
