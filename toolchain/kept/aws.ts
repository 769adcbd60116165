import { environmentLabel } from "../../components/machines/belonging";
import { collected, tag } from "../aws-answers";
import type { Settings } from "../environment";

/** A volume of EBS that a claim of an environment had made. */
export interface AwsVolume {
  readonly id: string;
  /** `namespace/name` of the claim. */
  readonly claim: string;
  readonly sizeGiB: number;
}

/** Where the settings say that the environment is on AWS: its region; undefined where it is elsewhere. */
export function regionOf({ platform, aws }: Settings): string | undefined {
  if (platform !== "aws" || typeof aws !== "object" || aws === null) return undefined;
  const region: unknown = Reflect.get(aws, "region");
  return typeof region === "string" ? region : undefined;
}

/** Volumes of claims of the environment that no machine has. EBS' driver has written on each what it was made for. */
export async function volumesOnAws(environment: string, region: string): Promise<AwsVolume[]> {
  const { EC2Client, paginateDescribeVolumes } = await import("@aws-sdk/client-ec2");
  const filters = [
    { Name: `tag:${environmentLabel}`, Values: [environment] },
    { Name: "tag-key", Values: ["kubernetes.io/created-for/pvc/name"] },
    { Name: "status", Values: ["available"] },
  ];
  const client = new EC2Client({ region, maxAttempts: 3 });
  const volumes = await collected(
    paginateDescribeVolumes({ client }, { Filters: filters }),
    (page) => page.Volumes,
  );
  return volumes
    .map(({ VolumeId = "", Size = 0, Tags = [] }) => {
      const ofClaim = (what: string): string => tag(Tags, `kubernetes.io/created-for/pvc/${what}`) ?? "";
      return { id: VolumeId, claim: `${ofClaim("namespace")}/${ofClaim("name")}`, sizeGiB: Size };
    })
    .sort((one, other) => one.claim.localeCompare(other.claim));
}

/** What stays, and how it goes. */
export function awsLines(environment: string, region: string, volumes: readonly AwsVolume[]): string[] {
  const [first] = volumes;
  if (first === undefined) return [`${environment} keeps no volume in ${region}`];
  const width = Math.max(...volumes.map(({ claim }) => claim.length));
  return [
    `Kept: ${volumes.length} ${volumes.length === 1 ? "volume" : "volumes"} of ${environment} in ${region}, which AWS charges for:`,
    ...volumes.map(({ id, claim, sizeGiB }) => `  ${claim.padEnd(width)}  ${id}  ${sizeGiB} GiB`),
    `aws ec2 delete-volume --region ${region} --volume-id ${first.id} removes one for good`,
  ];
}
