import { containersOf, isOfPlatform, platformSetting, podsOf } from "../kubernetes";
import type { Resource, ResourceRule } from "../rule";
import { at, elements, isValues, text } from "../values";

/** https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline: those that may be added. */
const harmless = [
  "AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT",
].flatMap((names) => names.split(" "));

/** What Pod Security `baseline` refuses: a pod that can take over its node, and so the cluster. */
export const privilegedPods: ResourceRule = {
  name: "privileged-pods",
  description: "No pod outside the platform can take over its node",
  level: "mandatory",
  settings: platformSetting,
  check: (resource, settings) => {
    if (isOfPlatform(resource, settings)) return [];
    return [...namespaceProblems(resource), ...podProblems(resource), ...containerProblems(resource)];
  },
};

function namespaceProblems({ type, props }: Resource): string[] {
  if (type !== "kubernetes:core/v1:Namespace") return [];
  const level = at(props, "metadata", "labels", "pod-security.kubernetes.io/enforce");
  if (level !== "privileged") return [];
  return ['lets privileged pods in; label it pod-security.kubernetes.io/enforce: "restricted" or "baseline"'];
}

function podProblems(resource: Resource): string[] {
  const spec = at(podsOf(resource), "spec");
  const shared = ["hostNetwork", "hostPID", "hostIPC"].filter((name) => at(spec, name) === true);
  const paths = elements(at(spec, "volumes")).flatMap((volume) => text(at(volume, "hostPath", "path")) ?? []);
  return [
    ...shared.map((name) => `${name} gives it the node's own; leave it out`),
    ...paths.map((path) => `mounts ${path} of its node; use a claim, emptyDir, configMap or secret instead`),
  ];
}

function containerProblems(resource: Resource): string[] {
  return containersOf(resource).flatMap(({ title, spec }) => {
    const context = at(spec, "securityContext");
    const added = elements(at(context, "capabilities", "add")).flatMap((name) => text(name) ?? []);
    const ports = elements(spec.ports).filter((port) => isValues(port) && port.hostPort !== undefined);
    return [
      ...(at(context, "privileged") === true
        ? [`${title} is privileged; leave securityContext.privileged out`]
        : []),
      ...added
        .filter((name) => !harmless.includes(name))
        .map((name) => `${title} adds the capability ${name}; drop ALL, and add none but NET_BIND_SERVICE`),
      ...ports.map(
        () => `${title} takes a port of its node; reach it through a Service, and leave hostPort out`,
      ),
    ];
  });
}
