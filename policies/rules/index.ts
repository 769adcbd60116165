import type { Rule } from "../rule";
import { awsEncryption } from "./aws-encryption";
import { awsTags } from "./aws-tags";
import { containerResources } from "./container-resources";
import { imageVersions } from "./image-versions";
import { networkPolicies } from "./network-policies";
import { plainSecrets } from "./plain-secrets";
import { privilegedPods } from "./privileged-pods";
import { storageClasses } from "./storage-classes";

/** All rules of the pack. */
export const rules: readonly Rule[] = [
  plainSecrets,
  imageVersions,
  containerResources,
  privilegedPods,
  storageClasses,
  networkPolicies,
  awsTags,
  awsEncryption,
];
