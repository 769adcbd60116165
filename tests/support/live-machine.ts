import type { TestEnvironment } from "./test-environment";

/** Mode and owner of a file as `stat` gives them. */
export interface FileFacts {
  readonly path: string;
  /** Octal without a leading zero, such as `600`. */
  readonly mode: string;
  /** `user:group` by name. */
  readonly owner: string;
}

/** What the kubelet says of its own configuration, as far as tests ask. A field at its zero value may be absent. */
export interface LiveKubeletConfiguration {
  readonly authentication: {
    readonly anonymous: { readonly enabled?: boolean };
    readonly x509?: { readonly clientCAFile?: string };
  };
  readonly authorization: { readonly mode: string };
  readonly eventRecordQPS?: number;
  readonly featureGates?: Readonly<Record<string, boolean>>;
  readonly makeIPTablesUtilChains?: boolean;
  readonly rotateCertificates?: boolean;
  readonly serverTLSBootstrap?: boolean;
  readonly streamingConnectionIdleTimeout?: string;
  readonly tlsCipherSuites?: readonly string[];
  readonly readOnlyPort?: number;
  readonly podPidsLimit?: number;
  readonly seccompDefault?: boolean;
}

/** A machine of an environment as it runs: nothing here knows what it was made of. */
export class LiveMachine {
  constructor(
    private readonly environment: TestEnvironment,
    readonly name: string,
  ) {}

  /** The flags of the one running process of a program, by name without dashes; a flag without a value is `true`. */
  async flagsOf(program: string): Promise<Record<string, string>> {
    // Not this command itself: its own command line begins with `sh`.
    const process = `$(pgrep --oldest --full "^([^ ]*/)?${program} ")`;
    const commandLine = await this.shell(`tr '\\0' '\\n' </proc/${process}/cmdline`);
    const flags = commandLine.split("\n").filter((word) => word.startsWith("--"));
    return Object.fromEntries(
      flags.map((flag) => {
        const [name = "", ...value] = flag.slice(2).split("=");
        return [name, value.length > 0 ? value.join("=") : "true"];
      }),
    );
  }

  /** Mode and owner of each path, which may be a shell pattern. Throws where one does not exist. */
  async files(...paths: readonly string[]): Promise<FileFacts[]> {
    return this.asFiles(await this.shell(`stat --format '%a %U:%G %n' ${paths.join(" ")}`));
  }

  /** The same of every file below a folder whose name fits a pattern. */
  async filesBelow(folder: string, pattern: string): Promise<FileFacts[]> {
    const found = `find ${folder} -name '${pattern}' -exec stat --format '%a %U:%G %n' {} +`;
    return this.asFiles(await this.shell(found));
  }

  async read(path: string): Promise<string> {
    return await this.environment.inMachine(this.name, "cat", path);
  }

  async shell(script: string): Promise<string> {
    return await this.environment.inMachine(this.name, "sh", "-c", script);
  }

  /** The configuration that the kubelet runs with, all its sources put together, as itself gives it. */
  async kubeletConfiguration(): Promise<LiveKubeletConfiguration> {
    const answer = await this.environment.kubectl("get", "--raw", `/api/v1/nodes/${this.name}/proxy/configz`);
    return (JSON.parse(answer) as { kubeletconfig: LiveKubeletConfiguration }).kubeletconfig;
  }

  /** The address by which the other machines reach it. */
  async address(): Promise<string> {
    const path = '{.status.addresses[?(@.type=="InternalIP")].address}';
    return await this.environment.kubectl("get", "node", this.name, "-o", `jsonpath=${path}`);
  }

  private asFiles(lines: string): FileFacts[] {
    return lines
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => {
        const [mode = "", owner = "", ...path] = line.split(" ");
        return { path: path.join(" "), mode, owner };
      });
  }
}
