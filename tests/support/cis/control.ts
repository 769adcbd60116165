import { type FileFacts, type LiveKubeletConfiguration, LiveMachine } from "../live-machine";
import type { TestEnvironment } from "../test-environment";

/** How a cluster of ours stands to a control of the CIS Kubernetes benchmark. */
export type Verdict = "holds" | "deviates" | "yours";

/** One control of the benchmark. */
export interface Control {
  /** As in version 1.12, such as `1.2.16`. */
  readonly number: string;
  /** What it asks for, in words of our own that end the sentence "it asks that …". */
  readonly asks: string;
  readonly verdict: Verdict;
  /** Why it deviates, or why it is for who uses the cluster to keep; what is read where it holds by other means. */
  readonly because?: string;
  /** Fails, by `expect`, where the running cluster is not so. */
  readonly check?: Check;
}

/** Reads a running cluster. */
export type Check = (cluster: RunningCluster) => Promise<void>;

/** A control that holds, and what shows it. */
export function holds(number: string, asks: string, check: Check, because?: string): Control {
  return { number, asks, verdict: "holds", check, ...(because === undefined ? {} : { because }) };
}

/** A control that is not kept, and why. */
export function deviates(number: string, asks: string, because: string): Control {
  return { number, asks, verdict: "deviates", because };
}

/** A control that whoever uses the cluster keeps or not. */
export function yours(number: string, asks: string, because: string): Control {
  return { number, asks, verdict: "yours", because };
}

/** What controls ask of a running environment: its first control plane, its first worker, and its API. */
export class RunningCluster {
  readonly controlPlane: LiveMachine;
  readonly worker: LiveMachine;
  private readonly flags = new Map<string, Promise<Record<string, string>>>();

  constructor(private readonly environment: TestEnvironment) {
    this.controlPlane = new LiveMachine(environment, "control-plane-0");
    this.worker = new LiveMachine(environment, "worker-0");
  }

  get machines(): readonly LiveMachine[] {
    return [this.controlPlane, this.worker];
  }

  /** A flag of a program that runs on the control plane. */
  async flag(program: string, name: string): Promise<string | undefined> {
    const flags = this.flags.get(program) ?? this.controlPlane.flagsOf(program);
    this.flags.set(program, flags);
    return (await flags)[name];
  }

  async kubelets(): Promise<LiveKubeletConfiguration[]> {
    return await Promise.all(this.machines.map((machine) => machine.kubeletConfiguration()));
  }

  /** The same files of each machine. */
  async filesOfMachines(...paths: readonly string[]): Promise<FileFacts[]> {
    return (await Promise.all(this.machines.map((machine) => machine.files(...paths)))).flat();
  }

  /** The objects below a path of the API, such as `/api/v1/pods`. */
  async objects<T>(path: string): Promise<T[]> {
    return (JSON.parse(await this.environment.kubectl("get", "--raw", path)) as { items: T[] }).items;
  }

  /** Whether somebody who is known, and nothing more, may do something everywhere. */
  async mayAnybody(verb: string, resource: string): Promise<boolean> {
    const who = ["--as", "somebody", "--as-group", "system:authenticated"];
    const asked = this.environment.kubectl("auth", "can-i", verb, resource, "--all-namespaces", ...who);
    // It ends with 1 for a no.
    return (await asked.catch(() => "no")).trim() === "yes";
  }
}

/** Fails unless every file is root's, and none of what is in `mode` is open to more than `mode` says. */
export function expectModes(files: readonly FileFacts[], mode: number): void {
  expect(files.length).toBeGreaterThan(0);
  const open = files.filter((file) => (Number.parseInt(file.mode, 8) & ~mode) !== 0);
  expect(open).toEqual([]);
}

/** Fails unless every file is of the owner. */
export function expectOwner(files: readonly FileFacts[], owner = "root:root"): void {
  expect(files.length).toBeGreaterThan(0);
  expect(files.filter((file) => file.owner !== owner)).toEqual([]);
}
