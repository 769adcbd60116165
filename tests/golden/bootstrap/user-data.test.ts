import { join } from "node:path";

import { parse, parseAllDocuments } from "yaml";

import {
  type ControlPlaneBoot,
  type ControlPlaneIdentity,
  controlPlaneIdentityFiles,
  controlPlaneUserData,
  workerIdentityFiles,
  workerUserData,
} from "../../../components/bootstrap";
import { firstControlPlane, identity, secondControlPlane, worker } from "../../support/bootstrap-facts";
import { expectGolden } from "../../support/golden";

interface ParsedCloudConfig {
  readonly hostname: string;
  readonly write_files: readonly { path: string; permissions: string; content: string }[];
  readonly runcmd?: readonly (string | string[])[];
}

const ofControlPlane = (boot: ControlPlaneBoot): string =>
  controlPlaneUserData(boot, controlPlaneIdentityFiles(identity));

/** The same while its authorities and keys rotate. */
const rotating: ControlPlaneIdentity = {
  ...identity,
  kubernetesCa: { ...identity.kubernetesCa, otherCertificate: "THE OTHER KUBERNETES CERTIFICATE\n" },
  etcdCa: { ...identity.etcdCa, otherCertificate: "THE OTHER ETCD CERTIFICATE\n" },
  encryptionKeys: [
    { key: Buffer.alloc(32, 8).toString("base64"), generation: 2 },
    ...identity.encryptionKeys,
  ],
};

const roles = {
  "control-plane-that-initializes": ofControlPlane(firstControlPlane),
  "control-plane-that-joins": ofControlPlane(secondControlPlane),
  "control-plane-that-trusts-two": controlPlaneUserData(
    { ...secondControlPlane, trustsTwo: true },
    controlPlaneIdentityFiles(rotating),
  ),
  "worker-that-trusts-two": workerUserData(worker, workerIdentityFiles(rotating.kubernetesCa)),
  worker: workerUserData(worker, workerIdentityFiles(identity.kubernetesCa)),
};

const parsed = (document: string): ParsedCloudConfig => parse(document) as ParsedCloudConfig;

function file(document: string, path: string): string {
  const found = parsed(document).write_files.find((written) => written.path === path);
  if (!found) throw new Error(`no ${path} in the document`);
  return found.content;
}

describe.each(Object.entries(roles))("the document of a %s", (role, document) => {
  it("is the committed one", () => {
    expectGolden(join(__dirname, `${role}.yaml`), document);
  });

  it("begins with the line that cloud-init knows it by", () => {
    expect(document.split("\n")[0]).toBe("#cloud-config");
  });

  it("writes every file once, and those with keys for root alone", () => {
    const files = parsed(document).write_files;
    expect(new Set(files.map(({ path }) => path)).size).toBe(files.length);
    const readable = files.filter(({ permissions }) => permissions !== "0600");
    expect(readable.filter(({ content }) => content.includes("KEY"))).toEqual([]);
  });

  it("runs nothing: a machine that needs no preparation begins by itself", () => {
    expect(parsed(document).runcmd).toBeUndefined();
  });

  it("fits gzip'd into EC2's 16 KB", async () => {
    const { gzipSync } = await import("node:zlib");
    expect(gzipSync(document, { level: 9 }).length).toBeLessThan(16 * 1024);
  });
});

describe.each(["control-plane-that-initializes", "control-plane-that-joins"] as const)("a %s", (role) => {
  const documents = parseAllDocuments(file(roles[role], "/etc/slipway/init.yaml"));

  it("can initialise over its data: configures the cluster and its kubelets in one stream", () => {
    expect(documents.map((document) => document.get("kind"))).toEqual([
      "InitConfiguration",
      "ClusterConfiguration",
      "KubeletConfiguration",
    ]);
    expect(documents.flatMap((document) => document.errors)).toEqual([]);
  });

  it("leaves both addons to the platform", () => {
    expect(documents[0]?.toJS()).toMatchObject({ skipPhases: ["addon/coredns", "addon/kube-proxy"] });
  });

  it("has what it signs end after the validity, and the tokens that kubeadm makes after a minute", () => {
    expect(documents[0]?.toJS()).toMatchObject({ bootstrapTokens: [{ ttl: "1m0s" }] });
    expect(documents[1]?.toJS()).toMatchObject({
      certificateValidityPeriod: "8760h0m0s",
      controllerManager: {
        extraArgs: expect.arrayContaining([
          { name: "cluster-signing-duration", value: "8760h0m0s" },
        ]) as unknown,
      },
    });
  });

  it("can join as well, so that it comes back after the loss of its disk", () => {
    expect(parse(file(roles[role], "/etc/slipway/join.yaml"))).toMatchObject({
      kind: "JoinConfiguration",
      controlPlane: {
        localAPIEndpoint: { advertiseAddress: expect.stringMatching(/^10\.88\.0\.[89]$/) as string },
      },
    });
  });
});

describe("a worker", () => {
  it("holds nothing by which anybody would know it: no key, no token", () => {
    expect(roles.worker).not.toMatch(/ KEY|[Tt]oken/);
    expect(roles.worker).not.toContain("encryption");
  });

  it("joins with its own labels and taints", () => {
    expect(parse(file(roles.worker, "/etc/slipway/join.yaml"))).toMatchObject({
      nodeRegistration: {
        name: "worker-0",
        taints: [{ key: "dedicated", value: "build", effect: "NoExecute" }],
        kubeletExtraArgs: [
          { name: "node-ip", value: "10.88.0.16" },
          { name: "node-labels", value: "disk=fast,zone=a" },
          { name: "register-with-taints", value: "dedicated=build:NoExecute" },
          { name: "runtime-cgroups", value: "/system.slice/containerd.service" },
        ],
      },
    });
  });

  it("has its kubelet's settings of its own, the same as those that it joins with", () => {
    const documents = parseAllDocuments(file(roles.worker, "/etc/slipway/kubelet.yaml")).map(
      (document) => document.toJS() as { readonly kind: string; readonly nodeRegistration?: object },
    );
    expect(documents.map(({ kind }) => kind)).toEqual([
      "InitConfiguration",
      "ClusterConfiguration",
      "KubeletConfiguration",
    ]);
    const joining = parse(file(roles.worker, "/etc/slipway/join.yaml")) as {
      readonly nodeRegistration: object;
    };
    expect(documents[0]?.nodeRegistration).toEqual(joining.nodeRegistration);
    const ofCluster = parseAllDocuments(
      file(roles["control-plane-that-initializes"], "/etc/slipway/init.yaml"),
    )[2];
    expect(documents[2]).toEqual(ofCluster?.toJS());
  });
});

describe("while authorities and keys rotate", () => {
  const { certificate } = identity.kubernetesCa;
  const other = "THE OTHER KUBERNETES CERTIFICATE\n";
  const controlPlane = roles["control-plane-that-trusts-two"];

  it("kubeadm signs with the first certificate of a control plane, and the controller manager with a file that has one", () => {
    expect(file(controlPlane, "/etc/slipway/pki/ca.crt")).toBe(certificate + other);
    expect(file(controlPlane, "/etc/slipway/ca.crt")).toBe(certificate + other);
    expect(file(controlPlane, "/etc/slipway/pki/signing-ca.pem")).toBe(certificate);
    expect(file(controlPlane, "/etc/slipway/init.yaml")).toContain(
      "- name: cluster-signing-cert-file\n      value: /etc/kubernetes/pki/signing-ca.pem\n",
    );
  });

  it("a worker's first certificate is the other one, so that it asks for another one of its own in each phase", () => {
    expect(file(roles["worker-that-trusts-two"], "/etc/slipway/ca.crt")).toBe(other + certificate);
  });

  it("the first key writes Secrets, and the API server reads what either wrote by its name", () => {
    const configuration = parse(file(controlPlane, "/etc/kubernetes/api-server/encryption.yaml")) as {
      resources: [{ providers: [{ secretbox: { keys: { name: string }[] } }] }];
    };
    const [{ secretbox }] = configuration.resources[0].providers;
    expect(secretbox.keys.map(({ name }) => name)).toEqual(["key-2", "key-1"]);
  });

  it("a document without the identity says which one its machine needs", () => {
    const document = workerUserData({ ...worker, identityMark: "authorities-2-trust" });
    expect(file(document, "/etc/slipway/bootstrap.env")).toContain("IDENTITY='authorities-2-trust'\n");
    expect(file(workerUserData({ ...worker, identityMark: "" }), "/etc/slipway/bootstrap.env")).not.toContain(
      "IDENTITY",
    );
  });
});
