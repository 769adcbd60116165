import { isSecret } from "@pulumi/pulumi";

import { GitServer, type GitServerArgs } from "../../../../components/delivery";
import {
  containerOf,
  countByType,
  inputsOf,
  recordResources,
  type Registered,
  registeredBy,
  valueOf,
} from "../../../support/recorder";

const outputs = { "pulumi-nodejs:dynamic/pki:Password": { password: "x".repeat(32) } };

beforeEach(() => {
  recordResources({ outputs });
});

const image = "registry/gitea@sha256:1";

/** Which keys of the server's Secret a volume has. */
function itemsOf(resources: readonly Registered[], volume: string): string[] {
  const { volumes } = inputsOf(resources, statefulSet).spec.template.spec as unknown as {
    volumes: { name: string; secret?: { items: { key: string }[] } }[];
  };
  return volumes.find(({ name }) => name === volume)?.secret?.items.map(({ key }) => key) ?? [];
}

const create = (more: Partial<GitServerArgs> = {}) =>
  registeredBy((options) => new GitServer("git", { image, ...more }, options));

const statefulSet = "kubernetes:apps/v1:StatefulSet";
const networkPolicy = "kubernetes:networking.k8s.io/v1:NetworkPolicy";

test("is one pod on a claim, with a Secret of passwords that nobody thought of", async () => {
  const resources = await create({ storage: { class: "keep", size: "5Gi" } });
  expect(countByType(resources)).toEqual({
    "slipway:delivery:GitServer": 1,
    "pulumi-nodejs:dynamic/pki:Password": 4,
    "kubernetes:core/v1:Namespace": 1,
    "kubernetes:core/v1:Secret": 1,
    "kubernetes:core/v1:Service": 1,
    [networkPolicy]: 1,
    [statefulSet]: 1,
  });
  const { spec } = inputsOf(resources, statefulSet);
  expect(spec).toMatchObject({
    replicas: 1,
    volumeClaimTemplates: [
      { spec: { storageClassName: "keep", resources: { requests: { storage: "5Gi" } } } },
    ],
  });
  expect(spec.template.spec).toMatchObject({
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, runAsUser: 1000, fsGroup: 1000 },
  });
  expect(containerOf(inputsOf(resources, statefulSet)).securityContext).toEqual({
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
    readOnlyRootFilesystem: true,
  });
});

test("takes no registration, asks everybody who he is, and has its administrator from the Secret", async () => {
  const resources = await create();
  const { stringData } = inputsOf(resources, "kubernetes:core/v1:Secret") as unknown as {
    stringData: { value: Record<string, string> } | Record<string, string>;
  };
  const text = JSON.stringify(stringData);
  for (const line of ["DISABLE_REGISTRATION = true", "REQUIRE_SIGNIN_VIEW = true", "INSTALL_LOCK = true"]) {
    expect(text).toContain(line);
  }
  const { initContainers = [] } = inputsOf(resources, statefulSet).spec.template.spec;
  expect(initContainers.map(({ command }) => command)).toEqual([
    ["sh", "/etc/gitea-accounts/git-accounts.sh", "/etc/gitea/app.ini", "/etc/gitea-accounts"],
  ]);
  expect(JSON.stringify(initContainers)).not.toContain("PASSWORD");
  expect(itemsOf(resources, "accounts")).toEqual(["git-accounts.sh", "username", "password"]);
});

test("has for each repository that is there from the beginning a user who may read it", async () => {
  let server: GitServer | undefined;
  const resources = await registeredBy(
    (options) => (server = new GitServer("git", { image, repositories: ["apps", "infra"] }, options)),
  );
  expect(countByType(resources)).toMatchObject({ "pulumi-nodejs:dynamic/pki:Password": 6 });
  expect(itemsOf(resources, "accounts").slice(1)).toEqual([
    ...["username", "password", "reader.apps", "reader.infra"],
  ]);
  expect(itemsOf(resources, "settings")).toEqual(["app.ini"]);
  const reader = server?.reader("infra");
  expect(reader?.username).toBe("infra-reader");
  expect(reader && (await isSecret(reader.password))).toBe(true);
  expect(() => server?.reader("other")).toThrow('no reader of "other"; its repositories are apps, infra');
});

test("is inside the cluster only, or on a port of every node", async () => {
  expect(inputsOf(await create(), "kubernetes:core/v1:Service").spec).toMatchObject({ type: "ClusterIP" });
  recordResources({ outputs });
  const exposed = await create({ nodePort: 30030 });
  expect(inputsOf(exposed, "kubernetes:core/v1:Service").spec).toMatchObject({
    type: "NodePort",
    ports: [{ port: 80, targetPort: 3000, nodePort: 30030 }],
  });
  expect(inputsOf(exposed, networkPolicy).spec.ingress).toEqual([
    {
      from: [{ namespaceSelector: {} }, { ipBlock: { cidr: "0.0.0.0/0" } }],
      ports: [{ port: 3000, protocol: "TCP" }],
    },
  ]);
});

test("says where its repositories are, and who may read them", async () => {
  let server: GitServer | undefined;
  await registeredBy((options) => (server = new GitServer("git", { image, administrator: "me" }, options)));
  expect(server && (await valueOf(server.repositoryUrl("apps")))).toBe("http://git.git/me/apps.git");
  expect(server?.credentials.username).toBe("me");
});

test("names all that is wrong at once", () => {
  const wrong = {
    ...{ image, administrator: "admin", repositories: ["ok", "No", "ok"], nodePort: 80 },
    storage: { size: "much" },
  };
  expect(() => new GitServer("Git", wrong, {})).toThrow(
    [
      'GitServer "Git" cannot work:',
      '  - name is "Git": give 1 to 63 of a-z, 0-9 and "-", with a letter first and no "-" last',
      '  - administrator is "admin": give 1 to 39 of a-z, 0-9 and "-", and none of admin, api, user, explore, assets, v2',
      '  - repositories[1] is "No": give 1 to 32 of a-z, 0-9 and "-", each once',
      '  - repositories[2] is "ok": give 1 to 32 of a-z, 0-9 and "-", each once',
      "  - nodePort is 80: give a whole number from 30000 to 32767",
      '  - storage.size is "much": give a size such as 10Gi',
    ].join("\n"),
  );
});
