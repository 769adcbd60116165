import type { Filter, TagDescription } from "@aws-sdk/client-ec2";

import { environmentLabel } from "../../components/machines/belonging";
import { collected, tag } from "../aws-answers";
import { idsInAws, type SeenInAws, tagInInputs, type TaggedResource } from "./aws-ids";
import { type Deployment, type PendingOperation, providerOf, type ResourceState } from "./deployment";

/** Whether AWS has to be asked what became of it. */
export function isCreationInAws({ type, resource }: PendingOperation): boolean {
  return type === "creating" && resource.type.startsWith("aws:");
}

/**
 * Whether what it is about may be gone, which not all of the provider's deletions take for done. Those of a security group's
 * rules do; and it fails to read one that is gone.
 */
export function isDeletionInAws({ type, resource }: PendingOperation): boolean {
  const isRule = resource.type.startsWith("aws:vpc/securityGroup");
  return type === "deleting" && resource.type.startsWith("aws:") && !isRule;
}

/**
 * Asks AWS for what a killed run was creating there.
 * @returns URN to ids, of what AWS has or may have
 * @throws Error when AWS does not answer: what is not known would be made twice
 */
export async function findInAws(deployment: Deployment): Promise<ReadonlyMap<string, readonly string[]>> {
  const { resources = [] } = deployment;
  const creations = creationsIn(deployment);
  if (creations.length === 0) return new Map();
  const seen = await lookIntoAws(environmentOf(creations), clientFor(deployment));
  const known = new Set(resources.flatMap(({ id }) => (id === undefined ? [] : [id])));
  return new Map(creations.map((resource) => [resource.urn, idsInAws(resource, seen, known)]));
}

/** Takes away security groups that are half-made. */
export async function removeSecurityGroups(ids: readonly string[], deployment: Deployment): Promise<void> {
  if (ids.length === 0) return;
  const { DeleteSecurityGroupCommand, EC2Client } = await import("@aws-sdk/client-ec2");
  const ec2 = new EC2Client(clientFor(deployment));
  await Promise.all(ids.map((id) => ec2.send(new DeleteSecurityGroupCommand({ GroupId: id }))));
}

function creationsIn({ pending_operations: pending }: Deployment): ResourceState[] {
  return (pending ?? []).filter(isCreationInAws).map(({ resource }) => resource);
}

type Client = Readonly<{ region?: string; maxAttempts: number }>;

/** What AWS' clients are made with, to ask where the resources are. */
function clientFor(deployment: Deployment): Client {
  const [region] = creationsIn(deployment).map(
    (resource) => providerOf(resource, deployment.resources ?? [])?.inputs?.region,
  );
  return { ...(typeof region === "string" && { region }), maxAttempts: 3 };
}

/** By the tags of what was being made; nothing is found by them where none has any. */
function environmentOf(creations: readonly ResourceState[]): string {
  return creations.map(({ inputs = {} }) => tagInInputs(inputs, environmentLabel)).find(Boolean) ?? "";
}

async function lookIntoAws(environment: string, client: Client): Promise<SeenInAws> {
  try {
    const [ofEc2, ofOthers, zones, iamPrefix] = await Promise.all([
      environment === "" ? [] : taggedInEc2(environment, client),
      environment === "" ? [] : taggedElsewhere(environment, client),
      privateZones(client),
      iamPrefixOf(client),
    ]);
    return { tagged: [...ofEc2, ...ofOthers], zones, iamPrefix };
  } catch (error) {
    throw new Error(
      `A killed run was creating resources on AWS, which cannot be asked what became of them: ${String(error)}. ` +
        "Give credentials that may read, and run this again",
      { cause: error },
    );
  }
}

async function taggedInEc2(environment: string, options: Client): Promise<TaggedResource[]> {
  const { EC2Client, paginateDescribeInstances, paginateDescribeTags } = await import("@aws-sdk/client-ec2");
  const client = new EC2Client(options);
  const tags = (Filters: Filter[]): Promise<TagDescription[]> =>
    collected(paginateDescribeTags({ client }, { Filters }), (page) => page.Tags);
  // For an hour EC2 lists the tags of instances that are gone.
  const living = { Name: "instance-state-name", Values: ["pending", "running", "stopping", "stopped"] };
  const [own, names, reservations] = await Promise.all([
    tags([
      { Name: "key", Values: [environmentLabel] },
      { Name: "value", Values: [environment] },
    ]),
    tags([{ Name: "key", Values: ["Name"] }]),
    collected(paginateDescribeInstances({ client }, { Filters: [living] }), (page) => page.Reservations),
  ]);
  const ids = new Set(own.map(({ ResourceId }) => ResourceId));
  const instances = new Set(
    reservations.flatMap(({ Instances = [] }) => Instances.map(({ InstanceId }) => InstanceId)),
  );
  return names
    .filter(({ ResourceId }) => ids.has(ResourceId))
    .map(({ ResourceId: id = "", Value = "" }) => ({ name: Value, kind: id.split("-")[0] ?? "", id }))
    .filter(({ kind, id }) => kind !== "i" || instances.has(id));
}

async function taggedElsewhere(environment: string, options: Client): Promise<TaggedResource[]> {
  const { paginateGetResources, ResourceGroupsTaggingAPIClient } =
    await import("@aws-sdk/client-resource-groups-tagging-api");
  const client = new ResourceGroupsTaggingAPIClient(options);
  const wanted = {
    TagFilters: [{ Key: environmentLabel, Values: [environment] }],
    ResourceTypeFilters: ["elasticloadbalancing", "kms:key", "secretsmanager:secret", "sns"],
  };
  const found = await collected(
    paginateGetResources({ client }, wanted),
    (page) => page.ResourceTagMappingList,
  );
  return found.map(({ ResourceARN = "", Tags = [] }) => ({
    name: tag(Tags, "Name") ?? "",
    ...kindAndId(ResourceARN),
  }));
}

/** Of an ARN, as in `arn:aws:kms:eu-central-1:123456789012:key/0123`. The provider knows all but keys by their ARNs. */
export function kindAndId(arn: string): Pick<TaggedResource, "kind" | "id"> {
  const [, , service = "", , , ...rest] = arn.split(":");
  const [kind = "", id = ""] = rest.join(":").split(/[/:]/);
  if (service === "kms") return { kind: `${service}:${kind}`, id };
  return { kind: service === "sns" ? "sns:topic" : `${service}:${kind}`, id: arn };
}

async function privateZones(options: Client): Promise<Map<string, string>> {
  const { paginateListHostedZones, Route53Client } = await import("@aws-sdk/client-route-53");
  const client = new Route53Client(options);
  const zones = await collected(paginateListHostedZones({ client }, {}), (page) => page.HostedZones);
  return new Map(
    zones
      .filter(({ Config }) => Config?.PrivateZone === true)
      .map(({ Id = "", Name = "" }) => [Name.replace(/\.$/, ""), Id.replace("/hostedzone/", "")]),
  );
}

async function iamPrefixOf(client: Client): Promise<string> {
  const { GetCallerIdentityCommand, STSClient } = await import("@aws-sdk/client-sts");
  const { Arn = "", Account = "" } = await new STSClient(client).send(new GetCallerIdentityCommand({}));
  return `arn:${Arn.split(":")[1] ?? "aws"}:iam::${Account}`;
}
