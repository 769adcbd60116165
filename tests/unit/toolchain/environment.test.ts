import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

import { parse } from "yaml";

import { pulumiEnvironment, settingsOf } from "../../../toolchain/environment";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "slipway-environment-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

const at = (...parts: string[]): string => path.join(folder, ...parts);

const environmentOf = (name: string, more: NodeJS.ProcessEnv = {}): Record<string, string> =>
  pulumiEnvironment(name, {
    SLIPWAY_STATE: folder,
    SLIPWAY_CONFIG: at("source.yaml"),
    PATH: "/usr/bin",
    ...more,
  });

describe("pulumiEnvironment", () => {
  it("keeps state and configuration in this user's own folder", () => {
    const variables = environmentOf("dev");
    expect(variables).toMatchObject({
      PULUMI_BACKEND_URL: `file://${at("pulumi")}`,
      PULUMI_CONFIG_PASSPHRASE_FILE: at("passphrase"),
      PULUMI_OPTION_CONFIG_FILE: at("environments", "dev", "Pulumi.dev.yaml"),
    });
  });

  it("makes a passphrase once, which its user alone can read", () => {
    environmentOf("dev");
    const first = readFileSync(at("passphrase"), "utf8");
    environmentOf("other");
    expect(readFileSync(at("passphrase"), "utf8")).toBe(first);
    expect(first.length).toBeGreaterThanOrEqual(43);
    expect(statSync(at("passphrase")).mode & 0o777).toBe(0o600);
  });

  it("takes an environment's own passphrase where it was changed, and none while that goes on", () => {
    const file = (name: string): string => at("environments", "dev", name);
    environmentOf("dev");
    writeFileSync(file("passphrase"), "another");
    expect(environmentOf("dev").PULUMI_CONFIG_PASSPHRASE_FILE).toBe(file("passphrase"));
    expect(environmentOf("other").PULUMI_CONFIG_PASSPHRASE_FILE).toBe(at("passphrase"));
    writeFileSync(file("passphrase.next"), "a third");
    expect(() => environmentOf("dev")).toThrow(
      "A change of the passphrase of dev was cut off: make passphrase ENV=dev ends it",
    );
  });

  it("says whose an environment is whose state was moved here", () => {
    expect(environmentOf("dev").SLIPWAY_OWNER).toBe("");
    mkdirSync(at("owners"));
    writeFileSync(at("owners", "dev"), "0123456789abcdef\n");
    expect(environmentOf("dev").SLIPWAY_OWNER).toBe("0123456789abcdef");
    expect(environmentOf("other").SLIPWAY_OWNER).toBe("");
  });

  it("takes the settings anew each time, and keeps the stack's salt beside them", () => {
    writeFileSync(at("source.yaml"), "config:\n  slipway:ports: { shop: 8080 }\n");
    const file = environmentOf("dev").PULUMI_OPTION_CONFIG_FILE ?? "";
    writeFileSync(file, "encryptionsalt: v1:salt\nconfig:\n  slipway:ports: { shop: 8080 }\n");
    writeFileSync(at("source.yaml"), "config:\n  slipway:ports: { shop: 9090 }\n");
    environmentOf("dev");
    expect(parse(readFileSync(file, "utf8"))).toEqual({
      encryptionsalt: "v1:salt",
      config: { "slipway:ports": { shop: 9090 } },
    });
  });

  it("needs no settings at all", () => {
    const file = environmentOf("dev").PULUMI_OPTION_CONFIG_FILE ?? "";
    expect(parse(readFileSync(file, "utf8"))).toBeNull();
  });

  it("leaves backend, passphrase and configuration to a user who has a backend already", () => {
    const variables = environmentOf("prod", { PULUMI_BACKEND_URL: "s3://states" });
    expect(variables.SLIPWAY_STACK_DIRECTORY).toBe(path.join(__dirname, "..", "..", ".."));
    expect(Object.keys(variables)).toEqual(
      expect.not.arrayContaining([
        "PULUMI_BACKEND_URL",
        "PULUMI_CONFIG_PASSPHRASE_FILE",
        "PULUMI_OPTION_CONFIG_FILE",
      ]),
    );
  });

  it("gives one environment's settings in a shell that has taken over another one's", () => {
    const variables = environmentOf("other", environmentOf("dev"));
    const directory = at("environments", "other");
    expect(variables).toMatchObject({
      PULUMI_OPTION_CONFIG_FILE: path.join(directory, "Pulumi.other.yaml"),
      SLIPWAY_STACK_DIRECTORY: directory,
    });
  });

  it.each(["", "Dev", "a b", "$(id)", "../x", "ümlaut"])(
    "refuses %j as a name, and says what would be right",
    (name) => {
      expect(() => environmentOf(name)).toThrow(`ENV is "${name}"; write an environment's name`);
    },
  );

  it("lets all environments share what their programs were compiled to", () => {
    const cache = { SLIPWAY_CACHE: at("cache") };
    const [dev, other] = ["dev", "other"].map((name) => environmentOf(name, cache).TS_NODE_CACHE_DIRECTORY);
    expect(dev).toBe(at("cache", "ts-node"));
    expect(other).toBe(dev);
  });

  it("puts the engine's own programs first on PATH", () => {
    expect(environmentOf("dev").PATH).toMatch(/\/pulumi\/[0-9a-f]{12}\/bin:\/usr\/bin$/);
  });
});

describe("settingsOf", () => {
  const settingsIn = (text: string): unknown => {
    writeFileSync(at("source.yaml"), text);
    return settingsOf("dev", { SLIPWAY_CONFIG: at("source.yaml") });
  };

  it("gives the project's own settings, without its name before them", () => {
    const text =
      "config:\n  slipway:gitops: {}\n  slipway:pools: [{ name: worker }]\n  aws:region: eu-west-1\n";
    expect(settingsIn(text)).toEqual({ gitops: {}, pools: [{ name: "worker" }] });
  });

  it.each(["", "config:\n", "config: word\n", "encryptionsalt: v1:x\n", "- a list\n"])(
    "finds none in %j",
    (text) => {
      expect(settingsIn(text)).toEqual({});
    },
  );

  it("reads those of the repository without SLIPWAY_CONFIG, if there are any", () => {
    expect(settingsOf("dev", {})).toHaveProperty("ports");
    expect(settingsOf("nowhere", {})).toEqual({});
  });

  it("refuses a name that leads elsewhere", () => {
    expect(() => settingsOf("../dev", {})).toThrow('ENV is "../dev"; write an environment\'s name');
  });

  it("names the file that is no YAML", () => {
    expect(() => settingsIn("config: [\n")).toThrow(at("source.yaml"));
  });
});
