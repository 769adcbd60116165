/**
 * What is wrong with a component's settings, each line a setting, its value and what would be right. Nothing is created
 * when there is one.
 */
export class Problems {
  private readonly lines: string[] = [];

  /** Notes a problem, unless the condition holds. */
  expect(holds: boolean, setting: string, value: unknown, advice: string): void {
    if (!holds) {
      const shown = value === undefined ? "missing" : JSON.stringify(value);
      this.lines.push(`${setting} is ${shown}: ${advice}`);
    }
  }

  expectWhole(setting: string, value: number | undefined, least: number, most: number, why = ""): void {
    if (value === undefined) return;
    const range = most === Infinity ? `from ${least}` : `from ${least} to ${most}`;
    this.expect(isWholeBetween(value, least, most), setting, value, `give a whole number ${range}${why}`);
  }

  /** A number of pods, or a share of them such as `"25%"`. */
  expectAmount(setting: string, value: Amount | undefined): void {
    if (value === undefined) return;
    const holds = typeof value === "number" ? isWholeBetween(value, 0, Infinity) : percent(value) <= 100;
    this.expect(holds, setting, value, 'give a whole number from 0, or a share of the pods such as "25%"');
  }

  expectServiceName(setting: string, value: string, longest = 63): void {
    const advice = `give 1 to ${longest} of a-z, 0-9 and "-", with a letter first and no "-" last`;
    this.expect(isServiceName(value) && value.length <= longest, setting, value, advice);
  }

  /** A namespace for programs: an RFC 1123 label, and none of the cluster's own. */
  expectNamespace(setting: string, value: string): void {
    const isLabel = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(value);
    const label = 'give 1 to 63 of a-z, 0-9 and "-", with a letter or digit at both ends';
    this.expect(isLabel, setting, value, label);
    const own = "it is the cluster's own: give namespaces of workloads";
    this.expect(!clusterNamespaces.includes(value), setting, value, own);
  }

  /**
   * Names of environment variables that are free to be set.
   * @param hasPort whether the program is told a port, too
   */
  expectVariables(setting: string, names: readonly string[], hasPort: boolean): void {
    for (const name of names) {
      const advice = `give a name of A-Z, a-z, 0-9 and "_" that no digit begins`;
      this.expect(/^[A-Za-z_][A-Za-z0-9_]*$/.test(name), `a name in ${setting}`, name, advice);
      const own = `it is set already: leave it out${name === "PORT" ? ', and set "port" for another one' : ""}`;
      const isFree = !reservedVariables.includes(name) && !(hasPort && name === "PORT");
      this.expect(isFree, `a name in ${setting}`, name, own);
    }
  }

  /** Places in a pod's file system, each used once. */
  expectPaths(setting: string, paths: readonly string[]): void {
    for (const [index, path] of paths.entries()) {
      const advice = 'give an absolute path below "/" without "." or ".." in it';
      this.expect(isPlace(path), `a path in ${setting}`, path, advice);
      this.expect(
        paths.indexOf(path) === index,
        `a path in ${setting}`,
        path,
        "it is there twice: give another",
      );
    }
  }

  /**
   * A path that leads to something inside a folder.
   * @param right what it should be, with an example
   */
  expectInside(setting: string, path: string, right: string): void {
    const holds = path !== "" && !path.startsWith("/") && !path.split("/").includes("..");
    this.expect(holds, setting, path, `give ${right}`);
  }

  /** Throws one error that names all of them, if there are any. */
  throwIfAny(kind: string, name: string): void {
    if (this.lines.length === 0) return;
    throw new Error(`${kind} "${name}" cannot work:\n${this.lines.map((line) => `  - ${line}`).join("\n")}`);
  }
}

/** Where the cluster itself lives: who may deploy there is its administrator, whatever his role says. */
const clusterNamespaces: readonly string[] = ["kube-system", "kube-public", "kube-node-lease"];

/** A number of pods, or a share of them. */
export type Amount = number | `${number}%`;

/** The number before the sign; NaN of anything else. */
function percent(share: string): number {
  return Number(/^(\d{1,3})%$/.exec(share)?.[1]);
}

/** What every pod is told, see workloads/pod-spec.ts. */
const reservedVariables: readonly string[] = ["POD_NAME", "NODE_NAME"];

/** Whether it can be a Service's name, which is an RFC 1035 label. */
function isServiceName(name: string): boolean {
  return /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name);
}

/** Whether it names a storage class, a namespace or alike: an RFC 1123 subdomain. */
export function isObjectName(name: string): boolean {
  return name.length <= 253 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(name);
}

/** Whether it is a quantity of bytes as Kubernetes writes it, such as `10Gi`, and not zero. */
export function isSize(size: string): boolean {
  return /^[1-9]\d*(\.\d+)?([kMGTPE]|[KMGTPE]i)?$/.test(size);
}

function isPlace(path: string): boolean {
  return /^(\/[^/]+)+$/.test(path) && !path.split("/").some((part) => part === "." || part === "..");
}

function isWholeBetween(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}
