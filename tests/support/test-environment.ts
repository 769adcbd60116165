import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";

import { parse, stringify } from "yaml";

import { pulumiEnvironment } from "../../toolchain/environment";
import { mendNetworks } from "../../toolchain/recover/destroy";

const run = promisify(execFile);
const repository = path.join(__dirname, "..", "..");

export interface Result {
  /** Standard output and error in one. */
  readonly output: string;
  readonly failed: boolean;
}

/**
 * An environment for one test file: a name, a state and a configuration of its own, so that it never meets another
 * one on this host. Set `KEEP=1` to keep the cluster for a look; its name is printed.
 */
export class TestEnvironment {
  readonly name: string;
  private readonly folder: string;
  private variables: NodeJS.ProcessEnv = {};
  /** What a person would have in their shell who calls make. */
  private shell: NodeJS.ProcessEnv = {};
  /** The file with the administrator's, once it is written. */
  private kubeconfig: string | undefined;

  /**
   * @param settings of the program's own namespace, without the namespace
   * @param program folder with a Pulumi.yaml; default: the repository's own program
   * @param host an environment whose state is used too, so that its stack can be referred to; destroy this one first
   * @param existing name of an environment of this user's that is up already, and that stays
   */
  constructor(
    settings: Readonly<Record<string, unknown>>,
    private program: string = repository,
    private readonly host?: TestEnvironment,
    private readonly existing?: string,
  ) {
    this.name = existing ?? `e2e-${randomBytes(3).toString("hex")}`;
    this.folder = host?.folder ?? mkdtempSync(path.join(tmpdir(), "slipway-e2e-"));
    this.configure(settings);
  }

  /** Is made and changed by another program from the next command on: another tree of the same project. */
  continueWith(program: string): void {
    this.program = program;
  }

  /** Gives it other settings, as an edit of its file would: they count from the next command on. */
  configure(settings: Readonly<Record<string, unknown>>): void {
    const config = path.join(this.folder, `${this.name}.yaml`);
    const namespaced = Object.entries(settings).map(([key, value]): [string, unknown] => [
      `${this.project}:${key}`,
      value,
    ]);
    writeFileSync(config, stringify({ config: Object.fromEntries(namespaced) }));
    const own = this.existing
      ? {}
      : { PULUMI_BACKEND_URL: undefined, SLIPWAY_STATE: this.folder, SLIPWAY_CONFIG: config };
    this.shell = { ...process.env, ...own };
    this.variables = { ...this.shell, ...pulumiEnvironment(this.name, this.shell) };
  }

  /** Name of the program's project, and the namespace of its settings. */
  get project(): string {
    const { name } = parse(readFileSync(path.join(this.program, "Pulumi.yaml"), "utf8")) as { name: string };
    return name;
  }

  /** Makes the stack, still without resources. */
  async create(): Promise<void> {
    const directory = this.variables.SLIPWAY_ENVIRONMENT_DIRECTORY ?? "";
    copyFileSync(path.join(this.program, "Pulumi.yaml"), path.join(directory, "Pulumi.yaml"));
    await this.command("pulumi", ["-C", directory, "stack", "init", this.name]);
  }

  /** Runs a pulumi command on the stack; whether it failed is part of the result. */
  async pulumi(...args: string[]): Promise<Result> {
    return await this.pulumiWith({}, ...args);
  }

  /** The same with some variables of its environment set otherwise. */
  async pulumiWith(variables: NodeJS.ProcessEnv, ...args: string[]): Promise<Result> {
    return await this.attempt("pulumi", ["-C", this.program, ...args, "-s", this.name], variables);
  }

  /** The same; throws with all its output when it fails. */
  async succeedWith(variables: NodeJS.ProcessEnv, ...args: string[]): Promise<string> {
    const { output, failed } = await this.pulumiWith(variables, ...args);
    if (failed) throw new Error(output);
    return output;
  }

  /** Types of the resources in the stack's state. */
  async resourceTypes(): Promise<string[]> {
    const state = await this.command("pulumi", ["-C", this.program, "stack", "export", "-s", this.name]);
    const { deployment } = JSON.parse(state) as { deployment: { resources?: { type: string }[] } };
    return (deployment.resources ?? []).map(({ type }) => type);
  }

  /** `pulumi up`; throws with all its output when it fails. */
  async up(...args: string[]): Promise<string> {
    return await this.succeedWith({}, "up", "--yes", "--skip-preview", ...args);
  }

  /** The environment's own folder. */
  get directory(): string {
    return this.variables.SLIPWAY_ENVIRONMENT_DIRECTORY ?? "";
  }

  /** The variables of a shell that has the environment's Pulumi. */
  get pulumiVariables(): NodeJS.ProcessEnv {
    return this.variables;
  }

  /** A target of the Makefile, as a person calls it: that of its program, where this is a copy of the repository. */
  async make(target: string, ...variables: string[]): Promise<Result> {
    // The next cluster of the same name has another identity, and so has one that was rotated.
    if (target === "down" || target === "rotate") this.kubeconfig = undefined;
    return await this.attempt("make", [...this.makeArguments(target), ...variables], this.shell, this.shell);
  }

  /** The same; throws with all its output when it fails. */
  async succeedMake(target: string, ...variables: string[]): Promise<string> {
    const { output, failed } = await this.make(target, ...variables);
    if (failed) throw new Error(`make ${target}: ${output}`);
    return output;
  }

  /**
   * Starts the same and does not wait. Its output goes nowhere.
   * @param options whether it leads a group of processes, to which a signal can be sent, and variables of the command line
   */
  startMake(
    target: string,
    { detached = false, variables = [] }: { detached?: boolean; variables?: readonly string[] } = {},
  ): ChildProcess {
    const given = [...this.makeArguments(target), ...variables];
    return spawn("make", given, { env: this.shell, stdio: "ignore", detached });
  }

  private makeArguments(target: string): string[] {
    const folder = existsSync(path.join(this.program, "Makefile")) ? this.program : repository;
    // A copy has the packages of the repository, which are not its own to install.
    const packages = folder === repository ? [] : ["--assume-old", "node_modules/.package-lock.json"];
    return ["--no-print-directory", "-C", folder, ...packages, target, `ENV=${this.name}`];
  }

  /** An output of the stack, secrets in clear. */
  async output(name: string): Promise<string> {
    return await this.command("pulumi", [
      ...["-C", this.program, "stack", "output", name],
      ...["--show-secrets", "-s", this.name],
    ]);
  }

  /** What the shop answers on this host; 0 when it does not. */
  async shopStatus(): Promise<number> {
    const url = await this.output("shopUrl");
    return await fetch(url, { signal: AbortSignal.timeout(5000) }).then(
      ({ status }) => status,
      () => 0,
    );
  }

  /** kubectl as the cluster's administrator; throws when it fails. */
  async kubectl(...args: string[]): Promise<string> {
    return await this.command("kubectl", args, { KUBECONFIG: await this.kubeconfigFile() });
  }

  /** The variables of a shell that has the environment's programs, and talks to the cluster as its administrator. */
  async shellVariables(): Promise<NodeJS.ProcessEnv> {
    return { ...this.variables, KUBECONFIG: await this.kubeconfigFile() };
  }

  /** The same with a document on its standard input. */
  async apply(...objects: readonly object[]): Promise<void> {
    await this.applyWith([], objects);
  }

  /** The same as somebody else, such as `system:serviceaccount:deployer:deployer`. */
  async applyAs(user: string, ...objects: readonly object[]): Promise<void> {
    await this.applyWith(["--as", user], objects);
  }

  private async applyWith(flags: readonly string[], objects: readonly object[]): Promise<void> {
    const file = path.join(this.folder, `${randomBytes(4).toString("hex")}.json`);
    writeFileSync(file, JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }));
    await this.kubectl("apply", "-f", file, ...flags);
  }

  /** Name of a machine's container. */
  container(machine: string): string {
    return `slipway-${this.name}-${machine}`;
  }

  /** A command of Docker's, as in `docker(["stop"], "worker-0")`: machines are named without their environment. */
  async docker(command: readonly string[], ...machines: string[]): Promise<string> {
    return await this.command("docker", [...command, ...machines.map((machine) => this.container(machine))]);
  }

  /** A command inside a machine. */
  async inMachine(machine: string, ...command: string[]): Promise<string> {
    return await this.command("docker", ["exec", this.container(machine), ...command]);
  }

  /** Names of this environment's containers, volumes and networks that the Docker daemon knows. */
  async leftovers(): Promise<string[]> {
    const filter = ["--filter", `name=slipway-${this.name}`];
    const lists = await Promise.all([
      this.command("docker", ["ps", "--all", ...filter, "--format", "{{.Names}}"]),
      this.command("docker", ["volume", "ls", ...filter, "--format", "{{.Name}}"]),
      this.command("docker", ["network", "ls", ...filter, "--format", "{{.Name}}"]),
    ]);
    return lists.flatMap((list) => list.split("\n")).filter((name) => name !== "");
  }

  /** Takes everything down; for `afterAll`. Throws when something stays. */
  async destroy(): Promise<void> {
    if (this.existing) {
      rmSync(this.folder, { recursive: true });
      return;
    }
    if (process.env.KEEP) {
      console.log(`kept: ${this.name}, state in ${this.folder}`);
      return;
    }
    const attempt = async (): Promise<Result> => await this.pulumi("destroy", "--yes", "--skip-preview");
    let { output, failed } = await attempt();
    if (failed && (await mendNetworks(this.name, console.log))) ({ output, failed } = await attempt());
    // `make down` has taken the stack along.
    if (failed && !output.includes("no stack named")) throw new Error(output);
    await this.forget();
    const leftovers = await this.leftovers();
    if (!this.host) rmSync(this.folder, { recursive: true });
    if (leftovers.length > 0) throw new Error(`left behind: ${leftovers.join(", ")}`);
  }

  /** Removes what outlives it. */
  private async forget(): Promise<void> {
    const volume = `slipway-${this.name}-kept`;
    if ((await this.leftovers()).includes(volume)) await this.command("docker", ["volume", "rm", volume]);
  }

  private async kubeconfigFile(): Promise<string> {
    if (this.kubeconfig !== undefined) return this.kubeconfig;
    const file = path.join(this.folder, `${this.name}.kubeconfig`);
    writeFileSync(file, await this.output("kubeconfig"), { mode: 0o600 });
    this.kubeconfig = file;
    return file;
  }

  private async command(
    name: string,
    args: readonly string[],
    variables: NodeJS.ProcessEnv = {},
  ): Promise<string> {
    const { output, failed } = await this.attempt(name, args, variables);
    if (failed) throw new Error(`${name} ${args.join(" ")}: ${output}`);
    return output.trim();
  }

  private async attempt(
    name: string,
    args: readonly string[],
    variables: NodeJS.ProcessEnv = {},
    base = this.variables,
  ): Promise<Result> {
    const env = { ...base, ...variables };
    try {
      const { stdout, stderr } = await run(name, args, { cwd: this.folder, env, maxBuffer: 64 * 2 ** 20 });
      return { output: `${stdout}${name === "make" ? stderr : ""}`, failed: false };
    } catch (error) {
      const { stdout, stderr } = error as { stdout?: string; stderr?: string };
      return { output: `${stdout ?? ""}${stderr ?? ""}` || String(error), failed: true };
    }
  }
}

/** Looks again until a condition holds, and throws with what it saw last when it does not in time. */
export async function eventually<T>(
  seconds: number,
  look: () => Promise<T>,
  holds: (seen: T) => boolean,
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const seen = await look();
    if (holds(seen)) return seen;
    if (Date.now() > deadline) throw new Error(`not within ${seconds} s; last seen: ${JSON.stringify(seen)}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
