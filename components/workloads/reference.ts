import type * as pulumi from "@pulumi/pulumi";

import type { Problems } from "../checks";
import { parseCidr } from "../checks/cidr";
import { checkProtocol, type PortArgs, portNumber, type PortNumber, type Protocol } from "./ports";

/**
 * What one needs to know of a microservice to talk to it. A `Microservice` is one; for a microservice of another stack,
 * write it down.
 *
 * @example
 * new Microservice("reviews", { namespace, image, talksTo: [{ serviceName: "catalog", namespace: "shop" }] }, options);
 */
export interface MicroserviceReference {
  /** The name that it was made with: 1 to 63 of `a-z`, `0-9` and `-`, with a letter first and no `-` last. */
  readonly serviceName: string;
  /** Its namespace, which must exist. */
  readonly namespace: pulumi.Input<string>;
  /** Port that its pods listen on, 1 to 65535, not its Service's. Default 8080, as of every microservice. */
  readonly port?: number | "none";
  /** What the port speaks. Default `TCP`. */
  readonly protocol?: Protocol;
  /** Name of its Service's port on which it answers HTTP, for who exposes it. Default `http`, as of every microservice. */
  readonly servicePort?: string;
}

/** Addresses outside the cluster that a program may open connections to. */
export interface Outside {
  /** IPv4 networks, such as `["203.0.113.0/24"]` or {@link internet}. */
  readonly cidrs: readonly string[];
  /** Parts of them that it may not reach, such as a database's `["10.20.0.0/16"]`. Default none. */
  readonly except?: readonly string[];
  /** TCP ports there, or ports and what they speak. */
  readonly ports: readonly (number | PortNumber)[];
}

/** Whom a program may open connections to. */
export type Callee = MicroserviceReference | Outside;

/**
 * Every public address. Policies know addresses and no names, and a public service's addresses change: who calls one gives
 * this, or the networks that it publishes.
 * https://www.iana.org/assignments/iana-ipv4-special-registry
 */
export const internet: Pick<Outside, "cidrs" | "except"> = {
  cidrs: ["0.0.0.0/0"],
  except: ["10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"],
};

/** Whether it is a microservice, and not outside. */
export function isReference(callee: Callee): callee is MicroserviceReference {
  return "serviceName" in callee;
}

/** The port of a microservice's pods. */
export function portOf({
  port = defaultPort,
  protocol = "TCP",
}: MicroserviceReference): Required<PortNumber> {
  if (port === "none") throw new Error("a program without a port cannot be talked to");
  return { port, protocol };
}

/** The port that a microservice listens on when nothing else is said. */
export const defaultPort = 8080;

/** What selects all pods of a microservice, its canary's too: whom network policies are about. */
export function selectorOf(serviceName: string): Record<string, string> {
  return { "app.kubernetes.io/name": serviceName };
}

/**
 * What selects the pods of one of its sets, such as `catalog` or `catalog-canary`. Never to change: a Deployment's
 * selector cannot.
 */
export function instanceSelectorOf(serviceName: string, instance: string): Record<string, string> {
  return { ...selectorOf(serviceName), "app.kubernetes.io/instance": instance };
}

/**
 * A reference to one of a program's ports.
 * @param ports all that it has, by name
 * @throws Error when it has none of this name
 */
export function referenceOn(
  { serviceName, namespace }: MicroserviceReference,
  ports: Readonly<Record<string, PortArgs>>,
  name: string,
): MicroserviceReference {
  const port = ports[name];
  if (port === undefined) {
    throw new Error(`${serviceName} has no port "${name}": give one of ${Object.keys(ports).join(", ")}`);
  }
  return { serviceName, namespace, ...portNumber(port) };
}

/** Notes whom of a list nobody can open connections to. */
export function checkCallees(problems: Problems, setting: string, callees: readonly Callee[]): void {
  for (const [index, callee] of callees.entries()) {
    if (isReference(callee)) checkReference(problems, `${setting}[${index}]`, callee);
    else checkOutside(problems, `${setting}[${index}]`, callee);
  }
}

/** Notes what of a reference cannot work. */
export function checkReference(
  problems: Problems,
  setting: string,
  { serviceName, port, protocol = "TCP" }: MicroserviceReference,
): void {
  problems.expectServiceName(`${setting}.serviceName`, serviceName);
  if (port === "none") {
    const advice = "it listens on none: give one of its ports by on(), or leave it out";
    problems.expect(false, `${setting}.port`, port, advice);
  } else {
    problems.expectWhole(`${setting}.port`, port, 1, 65535);
  }
  checkProtocol(problems, `${setting}.protocol`, protocol);
}

function checkOutside(problems: Problems, setting: string, { cidrs, except = [], ports }: Outside): void {
  problems.expect(cidrs.length > 0, `${setting}.cidrs`, cidrs, 'give one at least, such as "203.0.113.0/24"');
  problems.expect(ports.length > 0, `${setting}.ports`, ports, "give one at least, such as 443");
  for (const [list, networks] of Object.entries({ cidrs, except })) {
    for (const [index, cidr] of networks.entries()) {
      const advice = "give an IPv4 network such as 203.0.113.0/24, or 203.0.113.7/32 for one address";
      problems.expect(parseCidr(cidr) !== undefined, `${setting}.${list}[${index}]`, cidr, advice);
    }
  }
  for (const [index, each] of ports.entries()) {
    const { port, protocol } = portNumber(each);
    problems.expectWhole(`${setting}.ports[${index}]`, port, 1, 65535);
    checkProtocol(problems, `${setting}.ports[${index}].protocol`, protocol);
  }
}
