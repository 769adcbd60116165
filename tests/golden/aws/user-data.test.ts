import * as path from "node:path";
import { gunzipSync } from "node:zlib";

import { parse, parseAllDocuments } from "yaml";

import {
  type ControlPlaneBoot,
  controlPlaneIdentityFiles,
  controlPlaneUserData,
  type MachineFile,
  type PlatformFacts,
  workerIdentityFiles,
  workerUserData,
} from "../../../components/bootstrap";
import { DockerMachines } from "../../../components/machines";
import { awsFacts } from "../../../components/machines/aws/aws-facts";
import { compressedUserData } from "../../../components/machines/aws/compressed-user-data";
import {
  cluster,
  firstControlPlane,
  identity,
  secondControlPlane,
  worker,
} from "../../support/bootstrap-facts";
import { dockerMachinesArgs } from "../../support/docker-machines-args";
import { expectGolden } from "../../support/golden";
import { recordResources, registeredBy } from "../../support/recorder";

interface CloudConfig {
  readonly hostname?: string;
  readonly write_files: readonly MachineFile[];
  readonly runcmd?: readonly (string | readonly string[])[];
}

/** What a machine boots with: its document, and what it has of the identity, whichever way that comes. */
interface Boot {
  readonly document: string;
  readonly identity: readonly MachineFile[];
}

const roles = ["control-plane-that-initializes", "control-plane-that-joins", "worker-of-a-pool"] as const;
type Role = (typeof roles)[number];

function bootOn(platform: PlatformFacts, role: Role): Boot {
  const ofControlPlane = (boot: ControlPlaneBoot): Boot => ({
    document: controlPlaneUserData(boot),
    identity: controlPlaneIdentityFiles(identity),
  });
  switch (role) {
    case "control-plane-that-initializes":
      return ofControlPlane({ ...firstControlPlane, platform });
    case "control-plane-that-joins":
      return ofControlPlane({ ...secondControlPlane, platform });
    case "worker-of-a-pool": {
      const { labels, taints } = worker.machine;
      return {
        document: workerUserData({ cluster, platform, machine: { labels, taints } }),
        identity: workerIdentityFiles(identity.kubernetesCa),
      };
    }
  }
}

const parsed = ({ document }: Boot): CloudConfig => parse(document) as CloudConfig;

/** Every file that a machine has when its bootstrap begins, by path. */
const filesOf = (boot: Boot): Map<string, string> =>
  new Map([...parsed(boot).write_files, ...boot.identity].map(({ path: at, content }) => [at, content]));

interface KubeadmDocument extends Record<string, unknown> {
  readonly kind: string;
  readonly nodeRegistration?: {
    readonly kubeletExtraArgs: readonly { readonly name: string }[];
    readonly ignorePreflightErrors: readonly string[];
  };
}

/** kubeadm's documents without what a platform says. */
function withoutPlatform(text: string, platform: PlatformFacts): object[] {
  return parseAllDocuments(text).map((each) => {
    const document = each.toJS() as KubeadmDocument;
    if (document.kind === "KubeletConfiguration") {
      const own = Object.keys(platform.kubelet);
      return Object.fromEntries(Object.entries(document).filter(([key]) => !own.includes(key)));
    }
    const { nodeRegistration: node } = document;
    if (node === undefined) return document;
    return {
      ...document,
      nodeRegistration: {
        ...node,
        kubeletExtraArgs: node.kubeletExtraArgs.filter(({ name }) => !(name in platform.kubeletFlags)),
        ignorePreflightErrors: node.ignorePreflightErrors.filter(
          (check) => !platform.ignoredPreflightChecks.includes(check),
        ),
      },
    };
  });
}

const withoutClaim = (text: string): string => text.replace(/^CLAIM=.*\n/m, "");
const kubeadmFiles = ["/etc/slipway/init.yaml", "/etc/slipway/join.yaml", "/etc/slipway/kubelet.yaml"];
const paths = (files: readonly MachineFile[]): string[] => files.map((file) => file.path);
const onAws = awsFacts("golden", "0a5186d48e00-amd64");

let local: PlatformFacts;

beforeAll(async () => {
  recordResources();
  await registeredBy((options) => {
    local = new DockerMachines("golden", dockerMachinesArgs("golden", "10.88.0.0/24"), options).facts;
  });
});

describe.each(roles)("on AWS, the document of a %s", (role) => {
  const boot = bootOn(onAws, role);

  it("is the committed one", () => {
    expectGolden(path.join(__dirname, `${role}.yaml`), boot.document);
  });

  it("is what cloud-init finds when it has undone EC2's packing", () => {
    const packed = Buffer.from(compressedUserData(role, boot.document), "base64");
    expect(gunzipSync(packed).toString()).toBe(boot.document);
  });

  it("has nothing of the identity", () => {
    for (const { path: at, content } of boot.identity) {
      expect(paths(parsed(boot).write_files)).not.toContain(at);
      if (content.length > 40) expect(boot.document).not.toContain(content.trim());
    }
  });

  it("brings the files of the local one, and beside them only what each platform says", () => {
    const [here, there] = [filesOf(boot), filesOf(bootOn(local, role))];
    const onlyAws = [...here.keys()].filter((at) => !there.has(at));
    const onlyLocal = [...there.keys()].filter((at) => !here.has(at));
    expect(onlyAws).toEqual(paths(onAws.files));
    expect(new Set(onlyLocal)).toEqual(new Set(paths(local.files)));

    const common = [...here].filter(([at]) => there.has(at));
    expect(common.length).toBeGreaterThan(3);
    for (const [at, content] of common) {
      const counterpart = there.get(at) ?? "";
      if (kubeadmFiles.includes(at)) {
        expect([at, withoutPlatform(content, onAws)]).toEqual([at, withoutPlatform(counterpart, local)]);
      } else {
        // How it is known that no cluster was made before is each platform's own affair.
        expect([at, withoutClaim(content)]).toEqual([at, withoutClaim(counterpart)]);
      }
    }
  });

  it("does what the platform prepares, and then begins as the local one does by itself", () => {
    const begin = ["systemctl", "enable", "--now", "slipway-bootstrap.service"];
    expect(parsed(boot).runcmd).toEqual(["set -e", ...(onAws.preparation ?? []), begin]);
    expect(parsed(bootOn(local, role)).runcmd).toBeUndefined();
    expect(parsed(boot).hostname).toBe(parsed(bootOn(local, role)).hostname);
  });
});
