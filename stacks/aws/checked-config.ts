import type { MachineArchive } from "../../components/machines/aws";
import type { EnvironmentConfig } from "../config";
import type { AwsConfig } from "../config/aws-config";
import type { AccountFacts } from "./account-facts";

/** A configuration that has been held against the account. */
export interface CheckedConfig {
  readonly config: EnvironmentConfig;
  readonly aws: AwsConfig;
  readonly facts: AccountFacts;
  /** What machines are made of; undefined where their images are prepared. */
  readonly machineFiles?: MachineArchive;
}
