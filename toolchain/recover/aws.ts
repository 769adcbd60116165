import type { Reservation, TagDescription } from "@aws-sdk/client-ec2";

import { environmentLabel } from "../../components/machines/belonging";
import { idsInAws, type SeenInAws, type TaggedResource } from "./aws-ids";
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
  const names = creations.map(({ inputs }) => {
    const tags = inputs?.tags;
    return typeof tags === "object" && tags !== null ? (Reflect.get(tags, environmentLabel) as unknown) : "";
  });
  return names.find((name): name is string => typeof name === "string" && name !== "") ?? "";
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

async function taggedInEc2(environment: string, client: Client): Promise<TaggedResource[]> {
  const { EC2Client, paginateDescribeInstances, paginateDescribeTags } = await import("@aws-sdk/client-ec2");
  const ec2 = new EC2Client(client);
  const tags = async (key: string, ...values: string[]): Promise<TagDescription[]> => {
    const filters = [
      { Name: "key", Values: [key] },
      ...(values.length > 0 ? [{ Name: "value", Values: values }] : []),
    ];
    const found: TagDescription[] = [];
    for await (const page of paginateDescribeTags({ client: ec2 }, { Filters: filters })) {
      found.push(...(page.Tags ?? []));
    }
    return found;
  };
  // For an hour EC2 lists the tags of instances that are gone.
  const living = async (): Promise<Set<string>> => {
    const states = ["pending", "running", "stopping", "stopped"];
    const filters = [{ Name: "instance-state-name", Values: states }];
    const found: Reservation[] = [];
    for await (const page of paginateDescribeInstances({ client: ec2 }, { Filters: filters })) {
      found.push(...(page.Reservations ?? []));
    }
    return new Set(found.flatMap(({ Instances = [] }) => Instances.map(({ InstanceId = "" }) => InstanceId)));
  };
  const [own, names, instances] = await Promise.all([
    tags(environmentLabel, environment),
    tags("Name"),
    living(),
  ]);
  const ids = new Set(own.map(({ ResourceId }) => ResourceId));
  return names
    .filter(({ ResourceId }) => ids.has(ResourceId))
    .map(({ ResourceId: id = "", Value = "" }) => ({ name: Value, kind: id.split("-")[0] ?? "", id }))
    .filter(({ kind, id }) => kind !== "i" || instances.has(id));
}

async function taggedElsewhere(environment: string, client: Client): Promise<TaggedResource[]> {
  const { paginateGetResources, ResourceGroupsTaggingAPIClient } =
    await import("@aws-sdk/client-resource-groups-tagging-api");
  const found: TaggedResource[] = [];
  const pages = paginateGetResources(
    { client: new ResourceGroupsTaggingAPIClient(client) },
    {
      TagFilters: [{ Key: environmentLabel, Values: [environment] }],
      ResourceTypeFilters: ["elasticloadbalancing", "kms:key", "secretsmanager:secret", "sns"],
    },
  );
  for await (const { ResourceTagMappingList = [] } of pages) {
    for (const { ResourceARN = "", Tags = [] } of ResourceTagMappingList) {
      const name = Tags.find(({ Key }) => Key === "Name")?.Value ?? "";
      found.push({ name, ...kindAndId(ResourceARN) });
    }
  }
  return found;
}

/** Of an ARN, as in `arn:aws:kms:eu-central-1:123456789012:key/0123`. The provider knows all but keys by their ARNs. */
export function kindAndId(arn: string): Pick<TaggedResource, "kind" | "id"> {
  const [, , service = "", , , ...rest] = arn.split(":");
  const [kind = "", id = ""] = rest.join(":").split(/[/:]/);
  if (service === "kms") return { kind: `${service}:${kind}`, id };
  return { kind: service === "sns" ? "sns:topic" : `${service}:${kind}`, id: arn };
}

async function privateZones(client: Client): Promise<Map<string, string>> {
  const { paginateListHostedZones, Route53Client } = await import("@aws-sdk/client-route-53");
  const zones = new Map<string, string>();
  for await (const { HostedZones = [] } of paginateListHostedZones(
    { client: new Route53Client(client) },
    {},
  )) {
    for (const { Id = "", Name = "", Config } of HostedZones) {
      if (Config?.PrivateZone === true) zones.set(Name.replace(/\.$/, ""), Id.replace("/hostedzone/", ""));
    }
  }
  return zones;
}

async function iamPrefixOf(client: Client): Promise<string> {
  const { GetCallerIdentityCommand, STSClient } = await import("@aws-sdk/client-sts");
  const { Arn = "", Account = "" } = await new STSClient(client).send(new GetCallerIdentityCommand({}));
  return `arn:${Arn.split(":")[1] ?? "aws"}:iam::${Account}`;
}
