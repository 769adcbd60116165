import * as pulumi from "@pulumi/pulumi";

import { GitOpsSource, type GitOpsSourceArgs } from "../../../../components/delivery";
import { countByType, inputsOf, recordResources, registeredBy } from "../../../support/recorder";

beforeEach(() => {
  recordResources();
});

const args: GitOpsSourceArgs = {
  namespace: "apps",
  url: "http://git.git/slipway/apps.git",
  credentials: { username: "slipway", password: pulumi.secret("hunter2") },
};

const create = (more: Partial<GitOpsSourceArgs> = {}) =>
  registeredBy((options) => new GitOpsSource("apps", { ...args, ...more }, options));

const gitRepository = "kubernetes:source.toolkit.fluxcd.io/v1:GitRepository";
const kustomization = "kubernetes:kustomize.toolkit.fluxcd.io/v1:Kustomization";
const role = "kubernetes:rbac.authorization.k8s.io/v1:Role";

test("is a repository, what is applied of it, who applies it, and who may read its credentials", async () => {
  const resources = await create();
  expect(countByType(resources)).toEqual({
    "slipway:delivery:GitOpsSource": 1,
    "kubernetes:core/v1:ServiceAccount": 1,
    "kubernetes:core/v1:Secret": 1,
    [role]: 3,
    "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding": 3,
    [gitRepository]: 1,
    [kustomization]: 1,
  });
  expect(inputsOf(resources, gitRepository)).toMatchObject({
    metadata: { name: "apps", namespace: "apps" },
    spec: {
      url: "http://git.git/slipway/apps.git",
      interval: "60s",
      ref: { branch: "main" },
      secretRef: { name: "gitops-apps" },
    },
  });
  expect(inputsOf(resources, kustomization).spec).toEqual({
    sourceRef: { kind: "GitRepository", name: "apps" },
    path: "./",
    prune: true,
    targetNamespace: "apps",
    serviceAccountName: "gitops-apps",
    wait: true,
    timeout: "180s",
    interval: "5m0s",
    retryInterval: "60s",
  });
});

test("gives each controller a right to the one object that it needs, by its name", async () => {
  const resources = await create();
  expect(inputsOf(resources, role, "apps-impersonation").rules).toEqual([
    {
      apiGroups: [""],
      resources: ["serviceaccounts"],
      resourceNames: ["gitops-apps"],
      verbs: ["get", "impersonate"],
    },
  ]);
  expect(inputsOf(resources, role, "apps-credentials").rules).toEqual([
    { apiGroups: [""], resources: ["secrets"], resourceNames: ["gitops-apps"], verbs: ["get"] },
  ]);
});

test("has no Secret where the server asks for none, and takes branch, path and times", async () => {
  const resources = await create({
    credentials: undefined,
    branch: "release/1",
    path: "./staging",
    intervalSeconds: 5,
    timeoutSeconds: 60,
    prune: false,
  });
  expect(countByType(resources)).toMatchObject({ [role]: 2 });
  expect(countByType(resources)).not.toHaveProperty("kubernetes:core/v1:Secret");
  expect(inputsOf(resources, gitRepository).spec).toMatchObject({
    interval: "5s",
    ref: { branch: "release/1" },
  });
  expect(inputsOf(resources, kustomization).spec).toMatchObject({
    path: "./staging",
    prune: false,
    timeout: "60s",
    retryInterval: "30s",
  });
});

const wrong: [string, Partial<GitOpsSourceArgs>, string][] = [
  [
    "ssh",
    { url: "git@host:apps.git" },
    'url is "git@host:apps.git": give one that begins with http:// or https://',
  ],
  [
    "a user in the URL",
    { url: "https://u:hunter2@host/a.git" },
    'url is "***": it has a user in it: give that one as credentials',
  ],
  ["branch", { branch: "a b" }, `branch is "a b": give a branch's name`],
  ["branch", { branch: "" }, `branch is "": give a branch's name`],
  ["path", { path: "/etc" }, 'path is "/etc": give a folder inside the repository, such as ./staging'],
  ["path", { path: "a/../.." }, 'path is "a/../..": give a folder inside the repository, such as ./staging'],
  ["interval", { intervalSeconds: 1 }, "intervalSeconds is 1: give a whole number from 5 to 86400"],
  ["timeout", { timeoutSeconds: 1.5 }, "timeoutSeconds is 1.5: give a whole number from 10 to 3600"],
];

test.each(wrong)("refuses what cannot work: %s", (_what, more, line) => {
  expect(() => new GitOpsSource("apps", { ...args, ...more }, {})).toThrow(
    `GitOpsSource "apps" cannot work:\n  - ${line}`,
  );
});

test("names all that is wrong at once, and no password", () => {
  const create = () =>
    new GitOpsSource("Apps", { namespace: "apps", url: "http://me:hunter2@git/a.git", path: "" }, {});
  expect(create).toThrow(
    [
      'GitOpsSource "Apps" cannot work:',
      '  - name is "Apps": give 1 to 42 of a-z, 0-9 and "-", with a letter first and no "-" last',
      '  - url is "***": it has a user in it: give that one as credentials',
      '  - path is "": give a folder inside the repository, such as ./staging',
    ].join("\n"),
  );
});
