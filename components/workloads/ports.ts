import type * as k8s from "@pulumi/kubernetes";

import type { Problems } from "../checks";

/** What a port speaks, below anything else. */
export type Protocol = "TCP" | "UDP";

/** A port that a program listens on: a TCP port's number, or a number and what it speaks. */
export type PortArgs = number | PortNumber;

/** A port and what it speaks. */
export interface PortNumber {
  /** 1024 to 65535 in a pod of ours, as it does not run as root. */
  readonly port: number;
  /** Default `TCP`. */
  readonly protocol?: Protocol;
}

/** A port as numbers have it that are written out. */
export function portNumber(port: PortArgs): Required<PortNumber> {
  const { port: number, protocol = "TCP" } = typeof port === "number" ? { port } : port;
  return { port: number, protocol };
}

/** Ports by name, as a container lists them. */
export function containerPorts(
  ports: Readonly<Record<string, PortArgs>>,
): { name: string; containerPort: number; protocol: Protocol }[] {
  return Object.entries(ports).map(([name, args]) => {
    const { port, protocol } = portNumber(args);
    return { name, containerPort: port, protocol };
  });
}

/** The same as a Service lists them, under the same numbers. */
export function servicePorts(
  ports: Readonly<Record<string, PortArgs>>,
): k8s.types.input.core.v1.ServicePort[] {
  return Object.entries(ports).map(([name, args]) => ({ name, ...portNumber(args), targetPort: name }));
}

/**
 * Notes what of further ports cannot work.
 * @param own names and ports that are taken
 */
export function checkPorts(
  problems: Problems,
  ports: Readonly<Record<string, PortArgs>>,
  own: Readonly<Record<string, PortArgs>>,
): void {
  const seen = new Set(Object.values(own).map(keyOf));
  for (const [name, args] of Object.entries(ports)) {
    // https://kubernetes.io/docs/concepts/services-networking/service/#field-spec-ports
    const isName =
      /^[a-z0-9]([-a-z0-9]{0,13}[a-z0-9])?$/.test(name) && /[a-z]/.test(name) && !name.includes("--");
    const advice = 'give 1 to 15 of a-z, 0-9 and "-", with a letter among them and no "-" at an end';
    problems.expect(isName, "a name in ports", name, advice);
    problems.expect(
      !(name in own),
      "a name in ports",
      name,
      "it is the program's first port: give another name",
    );
    const { port, protocol } = portNumber(args);
    problems.expectWhole(`ports.${name}`, port, 1024, 65535, ", as it does not run as root");
    checkProtocol(problems, `ports.${name}.protocol`, protocol);
    const isFree = name in own || !seen.has(keyOf(args));
    problems.expect(isFree, `ports.${name}`, port, "it is there twice: give another");
    seen.add(keyOf(args));
  }
}

/** Notes what no port of ours speaks, whatever the types say of it. */
export function checkProtocol(problems: Problems, setting: string, protocol: string): void {
  problems.expect(["TCP", "UDP"].includes(protocol), setting, protocol, 'give "TCP" or "UDP"');
}

function keyOf(args: PortArgs): string {
  const { port, protocol } = portNumber(args);
  return `${port}/${protocol}`;
}
