import { awsEncryption, awsTags } from "./aws";
import type { Examples } from "./example";
import {
  containerResources,
  imageVersions,
  networkPolicies,
  plainSecrets,
  privilegedPods,
  storageClasses,
} from "./kubernetes";

/** Every rule of the pack with what it lets through and what it does not. */
export const policyExamples: readonly Examples[] = [
  plainSecrets,
  imageVersions,
  containerResources,
  privilegedPods,
  storageClasses,
  networkPolicies,
  awsTags,
  awsEncryption,
];
