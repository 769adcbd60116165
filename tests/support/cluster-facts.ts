import { askServer } from "./cluster-api";
import type { Credentials } from "./requests";
import type { TestEnvironment } from "./test-environment";

/** What a Node says of itself, as far as tests ask. */
export interface NodeFacts {
  readonly name: string;
  readonly address: string;
  readonly isControlPlane: boolean;
  readonly isReady: boolean;
  readonly isCordoned: boolean;
  /** Of its kubelet, without `v`. */
  readonly version: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** A Node in the API. */
export interface NodeObject {
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly spec: { readonly unschedulable?: boolean };
  readonly status: {
    readonly addresses?: readonly { readonly type: string; readonly address: string }[];
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly nodeInfo: { readonly kubeletVersion: string };
  };
}

const controlPlaneLabel = "node-role.kubernetes.io/control-plane";

export function nodeFacts({ metadata, spec, status }: NodeObject): NodeFacts {
  return {
    name: metadata.name,
    address: status.addresses?.find(({ type }) => type === "InternalIP")?.address ?? "",
    isControlPlane: controlPlaneLabel in metadata.labels,
    isReady: status.conditions?.find(({ type }) => type === "Ready")?.status === "True",
    isCordoned: spec.unschedulable ?? false,
    version: status.nodeInfo.kubeletVersion.replace(/^v/, ""),
    labels: metadata.labels,
  };
}

/** All Nodes, by name. */
export async function nodesOf(environment: TestEnvironment): Promise<NodeFacts[]> {
  const { items } = JSON.parse(await environment.kubectl("get", "nodes", "-o", "json")) as {
    items: NodeObject[];
  };
  return items.map(nodeFacts);
}

interface PodObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly deletionTimestamp?: string;
  };
  readonly status: {
    readonly phase: string;
    readonly containerStatuses?: readonly {
      readonly ready: boolean;
      readonly state: { readonly waiting?: { readonly reason?: string } };
    }[];
  };
}

/** Pods that do not run, or are not ready, and what they are instead; none of those that have done their work. */
export async function troubledPods(environment: TestEnvironment): Promise<string[]> {
  const { items } = JSON.parse(await environment.kubectl("get", "pods", "-A", "-o", "json")) as {
    items: PodObject[];
  };
  return items.flatMap(({ metadata, status: { phase, containerStatuses = [] } }) => {
    if (phase === "Succeeded") return [];
    const isWell = phase === "Running" && containerStatuses.every(({ ready }) => ready);
    if (isWell && metadata.deletionTimestamp === undefined) return [];
    const reasons = containerStatuses.flatMap(({ state }) => state.waiting?.reason ?? []);
    return [[`${metadata.namespace}/${metadata.name}`, phase, ...reasons].join(" ")];
  });
}

interface EventObject {
  readonly message: string;
  readonly lastTimestamp: string | null;
  readonly source?: { readonly host?: string };
}

/** Images of the environment's own registry that the kubelet of a machine has pulled since a moment. */
export async function imagesPulled(
  environment: TestEnvironment,
  machine: string,
  since: Date,
): Promise<string[]> {
  const { items } = JSON.parse(
    await environment.kubectl("get", "events", "-A", "--field-selector=reason=Pulled", "-o", "json"),
  ) as { items: EventObject[] };
  // Times in events are whole seconds.
  const recent = items.filter(
    ({ source, lastTimestamp }) =>
      source?.host === machine && Date.parse(lastTimestamp ?? "") >= since.getTime() - 1000,
  );
  const images = recent.flatMap(
    ({ message }) => /^Successfully pulled image "(127\.0\.0\.1:[^"]+)"/.exec(message)?.[1] ?? [],
  );
  return [...new Set(images)].sort();
}

/** Images of the environment's own registry that pods on a machine run. */
export async function imagesRun(environment: TestEnvironment, machine: string): Promise<string[]> {
  const images = await environment.kubectl(
    ...["get", "pods", "-A", "--field-selector", `spec.nodeName=${machine}`],
    ...["-o", 'jsonpath={range .items[*]}{.spec.containers[*].image}{" "}{end}'],
  );
  const own = images.split(/\s+/).filter((image) => image.startsWith("127.0.0.1:"));
  return [...new Set(own)].sort();
}

/** A container as Docker made it. */
export interface ContainerFacts {
  readonly id: string;
  readonly image: string;
  readonly created: Date;
  readonly startedAt: string;
}

export async function containerFacts(environment: TestEnvironment, machine: string): Promise<ContainerFacts> {
  const format = "{{.Id}} {{.Image}} {{.Created}} {{.State.StartedAt}}";
  const facts = await environment.docker(["container", "inspect", "--format", format], machine);
  const [id = "", image = "", created = "", startedAt = ""] = facts.split(" ");
  return { id, image, created: new Date(created), startedAt };
}

/** A member of etcd, as etcd lists it. */
export interface EtcdMember {
  /** It is another one when a machine has joined anew. */
  readonly id: string;
  readonly name: string;
  readonly votes: boolean;
}

interface MemberList {
  readonly members: readonly { readonly ID: string; readonly name?: string; readonly isLearner?: boolean }[];
}

/** What etcd wants to see of a client; the same for all of a cluster's members. */
export async function etcdCredentials(
  environment: TestEnvironment,
  controlPlane: string,
): Promise<Credentials> {
  const read = (file: string): Promise<string> =>
    environment.inMachine(controlPlane, "cat", `/etc/kubernetes/pki/apiserver-etcd-client.${file}`);
  return { cert: await read("crt"), key: await read("key") };
}

/** The members by one of them's word; undefined when it does not answer. */
export async function etcdMembers(
  address: string,
  credentials: Credentials,
): Promise<readonly EtcdMember[] | undefined> {
  const url = `https://${address}:2379/v3/cluster/member/list`;
  const { status, text } = await askServer(url, credentials, {
    method: "POST",
    body: {},
    timeoutSeconds: 3,
  });
  if (status !== 200) return undefined;
  const { members } = JSON.parse(text) as MemberList;
  return members
    .map(({ ID, name = "", isLearner = false }) => ({ id: ID, name, votes: !isLearner }))
    .sort((one, other) => one.name.localeCompare(other.name));
}

/** What etcdctl prints in the first control plane's etcd, as a person has it who was told to ask there. */
export async function etcdctl(environment: TestEnvironment, ...command: string[]): Promise<string> {
  const pki = "/etc/kubernetes/pki/etcd";
  return await environment.kubectl(
    ...["exec", "-n", "kube-system", "etcd-control-plane-0", "--", "etcdctl"],
    ...[`--cacert=${pki}/ca.crt`, `--cert=${pki}/server.crt`, `--key=${pki}/server.key`],
    ...command,
  );
}

/** Whether a member of etcd serves. */
export async function etcdServes(address: string, credentials: Credentials): Promise<boolean> {
  const url = `https://${address}:2379/health?serializable=true`;
  return (await askServer(url, credentials, { timeoutSeconds: 2 })).status === 200;
}
