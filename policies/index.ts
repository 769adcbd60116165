// The policy pack: `pulumi preview --policy-pack policies/run`, as `make review` does. docs/review.md has its rules.
import { PolicyPack } from "@pulumi/policy";

import { policy } from "./policy";
import { rules } from "./rules";

new PolicyPack("slipway", { policies: rules.map(policy) });
