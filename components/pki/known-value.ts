import * as pulumi from "@pulumi/pulumi";

/** An output's value as it is known now; undefined when a preview cannot know it. What it holds of secrets is in clear. */
export async function knownValue<T>(output: pulumi.Output<T>): Promise<T | undefined> {
  const { value } = await pulumi.runtime.serializeProperties("value", { value: pulumi.unsecret(output) });
  return value === pulumi.runtime.unknownValue ? undefined : (value as T);
}
