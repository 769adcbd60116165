import type { MicroserviceReference } from "./reference";

/** What can be judged before anything is created. */
interface MicroserviceSettings {
  readonly name: string;
  readonly replicas: number;
  readonly port: number;
  readonly nodePort: number | undefined;
  readonly talksTo?: readonly MicroserviceReference[];
}

/** Throws one error that names every setting that cannot work, with its value and what would be right. */
export function checkMicroservice({
  name,
  replicas,
  port,
  nodePort,
  talksTo = [],
}: MicroserviceSettings): void {
  const problems: string[] = [];
  if (!isServiceName(name)) {
    problems.push(`name is "${name}": ${serviceNameAdvice}`);
  }
  if (!isIntegerBetween(replicas, 0, Infinity)) {
    problems.push(`replicas is ${replicas}: give a whole number from 0`);
  }
  if (!isIntegerBetween(port, 1024, 65535)) {
    problems.push(`port is ${port}: give a whole number from 1024 to 65535, as it does not run as root`);
  }
  if (nodePort !== undefined && !isIntegerBetween(nodePort, 30000, 32767)) {
    problems.push(`nodePort is ${nodePort}: give a whole number from 30000 to 32767`);
  }
  problems.push(...talksTo.flatMap(referenceProblems));
  if (problems.length > 0) {
    throw new Error(
      `Microservice "${name}" cannot work:\n${problems.map((line) => `  - ${line}`).join("\n")}`,
    );
  }
}

const serviceNameAdvice = 'give 1 to 63 of a-z, 0-9 and "-", with a letter first and no "-" last';

/** Whether it can be a Service's name, which is an RFC 1035 label. */
function isServiceName(name: string): boolean {
  return /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name);
}

function referenceProblems({ serviceName, port }: MicroserviceReference, index: number): string[] {
  const problems: string[] = [];
  if (!isServiceName(serviceName)) {
    problems.push(`talksTo[${index}].serviceName is "${serviceName}": ${serviceNameAdvice}`);
  }
  if (port !== undefined && !isIntegerBetween(port, 1, 65535)) {
    problems.push(`talksTo[${index}].port is ${port}: give a whole number from 1 to 65535`);
  }
  return problems;
}

function isIntegerBetween(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}
