import { type Belonging, environmentLabel, ownerLabel } from "../belonging";

/**
 * The tags of everything that an environment makes on AWS.
 * @param name what consoles show as the resource's name; default: none.
 */
export function belongingTags({ environment, owner }: Belonging, name?: string): Record<string, string> {
  return {
    ...(name !== undefined && { Name: name }),
    [environmentLabel]: environment,
    ...(owner !== undefined && { [ownerLabel]: owner }),
  };
}
