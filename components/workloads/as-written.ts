import * as pulumi from "@pulumi/pulumi";

/**
 * A value of a variable, or an argument, that arrives in the program as it is written here: the kubelet would make `$` of
 * `$$`, and put the value of a variable in the place of `$(NAME)`:
 * https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
 */
export function asWritten(value: pulumi.Input<string>): pulumi.Input<string> {
  if (typeof value === "string") return escaped(value);
  return pulumi.output(value).apply(escaped);
}

const escaped = (value: string): string => value.replaceAll("$", "$$$$");
