import { isAbsolute } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { Problems } from "../checks";
import type { RegistryCredentials } from "../images";

/** Which chart, and where it is pushed to. */
export interface ServiceChartArgs {
  /** `host:port` of the registry, as this host reaches it, by HTTP. */
  readonly registry: pulumi.Input<string>;
  /** Who pushes there. Default: the registry asks for nobody. */
  readonly credentials?: RegistryCredentials;
  /** Absolute path of the chart's folder, whose name is the chart's. */
  readonly folder: string;
  /**
   * Version that it gets, as SemVer 2 has it. It names the content: a version that the registry has already is left as
   * it is, so end it with what stands for the content, as in `0.1.0+0123456789ab`.
   */
  readonly version: string;
  /** Path of the program `helm`, 3.8 or later. Default: the one on PATH. */
  readonly helm?: string;
}

/** The provider's inputs, as plain values. */
interface PushedChartInputs {
  readonly registry: string;
  readonly folder: string;
  readonly version: string;
  readonly helm: string;
  /** Secret: as HTTP's Basic has a user and a password. Empty for none. */
  readonly login: string;
}

/** What a provider does with charts: it packages one, and pushes it unless it is there. */
async function push({ registry, folder, version, helm, login }: PushedChartInputs): Promise<string> {
  const { execFile } = await import("node:child_process");
  const { mkdtemp, readdir, rm, writeFile } = await import("node:fs/promises");
  const { tmpdir } = await import("node:os");
  const path = await import("node:path");
  const { promisify } = await import("node:util");

  const reference = `oci://${registry}/charts/${path.basename(folder)}`;
  const scratch = await mkdtemp(path.join(tmpdir(), "slipway-chart-"));
  // Helm's own settings and credentials of whoever runs this have no part in it.
  const file = path.join(scratch, "registry.json");
  const env = {
    ...process.env,
    HELM_REGISTRY_CONFIG: file,
    HELM_CACHE_HOME: scratch,
    HELM_CONFIG_HOME: scratch,
    HELM_DATA_HOME: scratch,
  };
  const run = (...args: string[]): Promise<unknown> => promisify(execFile)(helm, args, { env });
  try {
    // As a file: other users of this machine see the arguments of programs.
    await writeFile(file, JSON.stringify({ auths: login ? { [registry]: { auth: login } } : {} }), {
      mode: 0o600,
    });
    const isThere = await run("show", "chart", reference, "--version", version, "--plain-http").then(
      () => true,
      () => false,
    );
    if (!isThere) {
      await run("package", folder, "--version", version, "--destination", scratch);
      const [archive = ""] = (await readdir(scratch)).filter((file) => file.endsWith(".tgz"));
      await run("push", path.join(scratch, archive), path.dirname(reference), "--plain-http");
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return reference;
}

/** Pushes at creation. Nothing is deleted: a release may still run an old version, or go back to one. */
export const pushedChartProvider: pulumi.dynamic.ResourceProvider<
  PushedChartInputs,
  PushedChartInputs & { readonly reference: string; readonly pushedVersion: string }
> = {
  create: async (inputs) => {
    const reference = await push(inputs);
    const id = `${reference}:${inputs.version}`;
    return { id, outs: { ...inputs, reference, pushedVersion: inputs.version } };
  },
  // Where the folder and the program lie, and who pushes, does not matter: the same version has the same content.
  diff: (_id, olds, news) => {
    const replaces = (["registry", "version"] as const).filter((key) => olds[key] !== news[key]);
    return Promise.resolve({ changes: replaces.length > 0, replaces });
  },
};

class PushedChart extends pulumi.dynamic.Resource {
  declare readonly reference: pulumi.Output<string>;
  declare readonly pushedVersion: pulumi.Output<string>;

  constructor(
    name: string,
    args: { readonly [Key in keyof PushedChartInputs]: pulumi.Input<PushedChartInputs[Key]> },
    options: pulumi.CustomResourceOptions,
  ) {
    const outputs = { reference: undefined, pushedVersion: undefined };
    super(pushedChartProvider, name, { ...args, ...outputs }, options, "delivery", "PushedChart");
  }
}

/**
 * A Helm chart, packaged here and pushed to an OCI registry. Every version stays there, so that a release can go back.
 *
 * @example
 * const chart = new ServiceChart("microservice-chart", { registry, folder, version: `0.1.0+${contentKey(folder)}` });
 * new k8s.helm.v4.Chart("reviews", {
 *   chart: chart.reference, version: chart.version, plainHttp: true, namespace, values: { image },
 * }, { provider });
 */
export class ServiceChart extends pulumi.ComponentResource {
  /** `oci://<registry>/charts/<name of the folder>`. */
  readonly reference: pulumi.Output<string>;
  /** The version, known when the registry has it. */
  readonly version: pulumi.Output<string>;

  constructor(name: string, args: ServiceChartArgs, options?: pulumi.ComponentResourceOptions) {
    super("slipway:delivery:ServiceChart", name, {}, options);
    checkServiceChart(name, args);
    const { registry, folder, version, helm = "helm", credentials } = args;
    const login = credentials
      ? pulumi.secret(
          pulumi
            .all([credentials.username, credentials.password])
            .apply((both) => Buffer.from(both.join(":")).toString("base64")),
        )
      : "";
    const pushed = new PushedChart(name, { registry, folder, version, helm, login }, { parent: this });
    this.reference = pushed.reference;
    this.version = pushed.pushedVersion;
    this.registerOutputs({ reference: this.reference, version: this.version });
  }
}

/** https://semver.org/#is-there-a-suggested-regular-expression-regex-to-check-a-semver-string, less its finer points */
const semanticVersion = /^(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/;

function checkServiceChart(name: string, { folder, version }: ServiceChartArgs): void {
  const problems = new Problems();
  problems.expect(isAbsolute(folder), "folder", folder, "give an absolute path");
  const three = "give three numbers, such as 0.1.0+0123456789ab";
  problems.expect(semanticVersion.test(version), "version", version, three);
  problems.throwIfAny("ServiceChart", name);
}
