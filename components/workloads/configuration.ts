import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import type { Problems } from "../checks";
import { asWritten } from "./as-written";
import { labelsOf, logicalName, metadataOf, type Workload } from "./workload";

/** What a program is told when it starts. A change of any of it starts new pods. */
export interface ConfigurationArgs {
  /**
   * Environment variables by name: letters, digits and `_`. `POD_NAME` and `NODE_NAME` are there always, and `PORT` where
   * there is one. A value arrives as it is written: `$(NAME)` and `$$` stay. Default none.
   */
  readonly env?: Readonly<Record<string, pulumi.Input<string>>>;
  /**
   * Environment variables that are kept in a Secret, and as secrets in the stack's state, whatever they are given as.
   * Default none.
   */
  readonly secrets?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Text of read-only files by absolute path, 1 MiB in all at most, kept in a ConfigMap. Default none. */
  readonly files?: Readonly<Record<string, pulumi.Input<string>>>;
}

/**
 * Notes what of it cannot work.
 * @param otherPaths places in the pod that something else is mounted at
 * @param hasPort whether the program is told a port, too
 */
export function checkConfiguration(
  problems: Problems,
  { env = {}, secrets = {}, files = {} }: ConfigurationArgs,
  otherPaths: readonly string[],
  hasPort: boolean,
): void {
  problems.expectVariables("env", Object.keys(env), hasPort);
  problems.expectVariables("secrets", Object.keys(secrets), hasPort);
  for (const variable of Object.keys(secrets)) {
    problems.expect(!(variable in env), "a name in secrets", variable, "it is in env too: give it once");
  }
  problems.expectPaths("files and volumes", [...Object.keys(files), ...otherPaths]);
}

/** The same as the parts of a pod. */
export interface Configuration {
  readonly env: k8s.types.input.core.v1.EnvVar[];
  readonly envFrom: k8s.types.input.core.v1.EnvFromSource[];
  readonly volumes: k8s.types.input.core.v1.Volume[];
  readonly volumeMounts: k8s.types.input.core.v1.VolumeMount[];
}

/**
 * Makes the Secret and the ConfigMap. They are immutable and have names of Pulumi's: another content is another object,
 * by whose name the pods change. While a roll-out lasts, and when it fails, old pods still find the content that they
 * were started with.
 */
export function createConfiguration(workload: Workload, args: ConfigurationArgs): Configuration {
  const metadata = { namespace: workload.namespace, labels: labelsOf(workload) };
  return configurationIn(workload, args, { metadata, immutable: true }, ({ name }) => name);
}

/**
 * The same for pods that start again and again by themselves: the objects keep their names, and the next pod finds what
 * counts then. A run that was begun before a change and tries again after it would wait for an object that is gone.
 */
export function createLatestConfiguration(workload: Workload, args: ConfigurationArgs): Configuration {
  // Pulumi deletes such an object for another content and makes it anew. What took its name from there would be taken for
  // something that has to be made anew with it.
  return configurationIn(workload, args, { metadata: metadataOf(workload) }, () => workload.serviceName);
}

/** What its Secret and its ConfigMap have in common. */
type ObjectArgs = Pick<k8s.core.v1.SecretArgs, "metadata" | "immutable">;

function configurationIn(
  workload: Workload,
  { env = {}, secrets = {}, files = {} }: ConfigurationArgs,
  object: ObjectArgs,
  nameOf: (metadata: k8s.core.v1.Secret["metadata"]) => pulumi.Input<string>,
): Configuration {
  const { component: parent } = workload;
  const name = logicalName(workload);
  const paths = Object.keys(files);
  const secretName = (): pulumi.Input<string> => {
    const stringData = pulumi.secret(secrets);
    return nameOf(new k8s.core.v1.Secret(name, { ...object, stringData }, { parent }).metadata);
  };
  const mapName = (): pulumi.Input<string> => {
    const data = Object.fromEntries(paths.map((path, index) => [fileKey(path, index), files[path] ?? ""]));
    return nameOf(new k8s.core.v1.ConfigMap(name, { ...object, data }, { parent }).metadata);
  };
  return {
    env: Object.entries(env).map(([name, value]) => ({ name, value: asWritten(value) })),
    envFrom: Object.keys(secrets).length === 0 ? [] : [{ secretRef: { name: secretName() } }],
    volumes: paths.length === 0 ? [] : [{ name: "files", configMap: { name: mapName() } }],
    volumeMounts: paths.map((path, index) => ({
      name: "files",
      mountPath: path,
      subPath: fileKey(path, index),
      readOnly: true,
    })),
  };
}

/** A ConfigMap's key for a path: readable, and never that of another path. */
function fileKey(path: string, index: number): string {
  return `${index}-${path.slice(path.lastIndexOf("/") + 1).replace(/[^-._A-Za-z0-9]/g, "_")}`;
}
