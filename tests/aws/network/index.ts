import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

import { ExistingNetwork, type ExistingNetworkArgs, Network } from "../../../components/machines/aws/network";

const config = new pulumi.Config();
const region = "eu-central-1";
// What moto fails at it fails at again: the provider's 25 tries would take longer than a test.
const provider = new aws.Provider("aws", { region, maxRetries: 2 });

const key = new aws.kms.Key("logs", { deletionWindowInDays: 7, enableKeyRotation: true }, { provider });
const network = new Network(
  "test",
  {
    environment: "test",
    owner: "tests",
    region,
    zones: ["eu-central-1a", "eu-central-1b", "eu-central-1c"],
    cidr: "10.20.0.0/16",
    natPerZone: config.requireBoolean("natPerZone"),
    flowLogs: { retentionDays: 30, kmsKeyArn: key.arn },
  },
  { provider },
);

const existing = config.getObject<ExistingNetworkArgs>("existing");
const taken = existing && new ExistingNetwork("existing", existing, { provider });

export const vpcId = network.vpcId;
export const privateSubnetIds = network.privateSubnets.map(({ id }) => id);
export const publicSubnetIds = network.publicSubnets.map(({ id }) => id);
export const takenCidrs = taken?.privateSubnets.map(({ cidr }) => cidr) ?? [];
