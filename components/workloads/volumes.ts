import * as k8s from "@pulumi/kubernetes";

import { isObjectName, isSize, type Problems } from "../checks";
import { logicalName, metadataOf, skipAwait, type Workload } from "./workload";

/** Room on a disk that outlives pods. */
export interface VolumeArgs {
  /** Name in the pod and, after the microservice's, of the claim: a DNS label such as `uploads`. */
  readonly name: string;
  /** Absolute path at which the program finds it. */
  readonly path: string;
  /** How large, as Kubernetes writes quantities: `10Gi`. */
  readonly size: string;
  /** Name of the storage class. Default: the cluster's default class. */
  readonly class?: string;
  /**
   * `ReadWriteOnce`: the pods of one node at a time, so of one pod. `ReadWriteMany`: the pods of all nodes, where the
   * class can do that. Default `ReadWriteOnce`.
   */
  readonly accessMode?: "ReadWriteOnce" | "ReadWriteMany";
}

/** Whether only one node at a time can have it. */
export function isForOneNode({ accessMode = "ReadWriteOnce" }: VolumeArgs): boolean {
  return accessMode === "ReadWriteOnce";
}

/** Makes a claim for each, and gives the parts of the pod that use them. */
export function createClaims(workload: Workload, volumes: readonly VolumeArgs[]) {
  return {
    volumes: volumes.map((volume) => ({
      name: volume.name,
      persistentVolumeClaim: { claimName: createClaim(workload, volume) },
    })),
    volumeMounts: volumes.map(({ name, path }) => ({ name, mountPath: path })),
  };
}

function createClaim(
  workload: Workload,
  { name, size, accessMode = "ReadWriteOnce", ...volume }: VolumeArgs,
) {
  const claimName = `${workload.serviceName}-${name}`;
  const claim = new k8s.core.v1.PersistentVolumeClaim(
    logicalName(workload, claimName),
    {
      // Bound when a first pod wants it, which is waited for.
      metadata: { ...metadataOf(workload, claimName), annotations: skipAwait },
      spec: {
        accessModes: [accessMode],
        resources: { requests: { storage: size } },
        ...(volume.class === undefined ? {} : { storageClassName: volume.class }),
      },
    },
    { parent: workload.component },
  );
  return claim.metadata.name;
}

/** Notes what of a disk's size and class cannot work. */
export function checkStorage(
  problems: Problems,
  setting: string,
  { size, class: storageClass }: { readonly size: string; readonly class?: string },
): void {
  problems.expect(isSize(size), `${setting}.size`, size, "give a size such as 10Gi");
  const known = storageClass === undefined || isObjectName(storageClass);
  problems.expect(known, `${setting}.class`, storageClass, "give the name of a storage class");
}

/** @param pods how many pods there are at most */
export function checkVolumes(problems: Problems, volumes: readonly VolumeArgs[], pods: number): void {
  const names = volumes.map(({ name }) => name);
  for (const [index, volume] of volumes.entries()) {
    const setting = `volumes[${index}]`;
    const label = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(volume.name) && !isOwnVolume(volume.name);
    const advice =
      'give 1 to 63 of a-z, 0-9 and "-", with no "-" at an end, other than tmp, files and scratch-0';
    problems.expect(label, `${setting}.name`, volume.name, advice);
    const once = names.indexOf(volume.name) === index;
    problems.expect(once, `${setting}.name`, volume.name, "it is there twice: give another");
    checkStorage(problems, setting, volume);
    const fits = !isForOneNode(volume) || pods <= 1;
    const oneNode =
      `with ${pods} pods: give replicas: 1, or accessMode: "ReadWriteMany" where the class can do that, ` +
      "or use a StatefulService, which has a volume for each pod";
    problems.expect(fits, `${setting}.accessMode`, volume.accessMode ?? "ReadWriteOnce", oneNode);
  }
}

/** Whether it is the name of a volume that pods have anyway, see pod-spec.ts and configuration.ts. */
export function isOwnVolume(name: string): boolean {
  return /^(tmp|files|scratch-\d+)$/.test(name);
}
