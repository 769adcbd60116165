import { environmentLabel } from "../../components/machines/belonging";
import { isRecord, type Deployment, type ResourceState } from "./deployment";
import { label } from "./names";

/**
 * Refuses a stack that was renamed: its environment's name is that of its machines, disks and network, which would all be
 * made anew, and empty.
 * @throws Error that says what there is to do
 */
export function refuseRenamed(stack: string, { resources = [] }: Deployment): void {
  const [environment] = resources.flatMap((resource) => environmentOf(resource) ?? []);
  if (environment === undefined || environment === stack) return;
  throw new Error(
    `The stack ${stack} is the environment ${environment} under another name, and nothing is touched: its machines would be made ` +
      `anew, with empty disks. pulumi stack rename ${environment} -s ${stack}, with the variables of make environment ENV=${environment}, ` +
      "gives it its name again; " +
      `make restore-cluster ENV=${stack} FROM=${environment}/latest KEY=… then makes ${stack} of its latest backup`,
  );
}

/** The environment that a resource says it is of: by a label in Docker, by a tag on AWS. */
function environmentOf(resource: ResourceState): string | undefined {
  const { tags } = resource.inputs ?? {};
  const tag = isRecord(tags) ? tags[environmentLabel] : undefined;
  return label(resource, environmentLabel) ?? (typeof tag === "string" ? tag : undefined);
}
