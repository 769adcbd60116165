import { get } from "node:http";

import { answersIn, type Asker, evaluateIn, startProbePod } from "./probe-pod";
import { eventually, type TestEnvironment } from "./test-environment";

const minutes = (count: number): number => count * 60_000;

/** Who deploys into the shop's namespace from outside. */
export const deployer = "system:serviceaccount:deployer:deployer";

/** Names of what attacks make, so that it can be taken away. */
export const attack = "attack";

/** An Ingress of the shop's namespace that leads `attack.example` to the storefront, with these annotations. */
export function ingress(annotations: Readonly<Record<string, string>>): object {
  const backend = { service: { name: "storefront", port: { name: "http" } } };
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { name: attack, namespace: "shop", annotations },
    spec: {
      ingressClassName: "skipper",
      rules: [{ host: "attack.example", http: { paths: [{ path: "/", pathType: "Prefix", backend }] } }],
    },
  };
}

/** A Service of the shop's namespace. */
export function service(spec: object): object {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: attack, namespace: "shop" },
    spec: { selector: { app: attack }, ports: [{ port: 443, protocol: "TCP" }], ...spec },
  };
}

/** What the ingress answers on this host to a request for `attack.example`, as status and body. */
export async function answerOfAttack(environment: TestEnvironment, path = "/"): Promise<string> {
  const { port } = new URL(await environment.output("shopUrl"));
  // fetch() would not send another host's name.
  return await new Promise((resolve, reject) => {
    const options = { port, path, headers: { host: "attack.example" }, agent: false };
    const asked = get(options, (response) => {
      let text = `${response.statusCode ?? ""} `;
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.on("end", () => {
        resolve(text);
      });
    });
    asked.on("error", reject);
  });
}

/** How a pod is answered by the registry: the status of each request, `METHOD path`. */
export async function registryAnswers(
  environment: TestEnvironment,
  asker: Asker,
  ...requests: readonly string[]
): Promise<number[]> {
  const address = await environment.output("registryInCluster");
  const each = `async (line) => {
    const [method, path] = line.split(" ");
    return (await fetch("http://${address}" + path, { method })).status;
  }`;
  return await evaluateIn(environment, asker, `await Promise.all(${JSON.stringify(requests)}.map(${each}))`);
}

/** The ways out of a namespace that matter most. docs/security.md says what closes each; tests/long/attacks.test.ts has the others. */
export function describeAttacks(environment: TestEnvironment): void {
  jest.setTimeout(minutes(2));
  describe("an attack", () => {
    let probe: Asker;

    beforeAll(async () => {
      probe = await startProbePod(environment);
    }, minutes(2));

    afterAll(async () => {
      const gone = ["--ignore-not-found", "--wait=false"];
      await environment.kubectl("delete", "ingress,service,secret", attack, "-n", "shop", ...gone);
    });

    it("does not run code in the ingress, which has the key of its certificate", async () => {
      const file = "/etc/skipper/certificate/tls.key";
      const script = `function request(c, p) local f = io.open('${file}'); c.serve({status_code = 200, body = f:read('*all')}) end`;
      const lua = ingress({ "zalando.org/skipper-filter": `lua("${script}")` });
      await expect(environment.applyAs(deployer, lua)).rejects.toThrow(/annotation may tell the ingress/);
      // Not even for who may make it: there is no such filter, and so no such route.
      for (const filter of [`lua("${script}")`, `static("/", "/etc/skipper/certificate")`]) {
        await environment.apply(ingress({ "zalando.org/skipper-filter": filter }));
        for (let look = 0; look < 4; look++) {
          await new Promise((resolve) => setTimeout(resolve, 1000));
          expect(await answerOfAttack(environment, "/tls.key")).not.toContain("PRIVATE KEY");
        }
      }
    });

    it("does not take another's address by externalIPs", async () => {
      const taken = service({ externalIPs: ["203.0.113.7"] });
      await expect(environment.applyAs(deployer, taken)).rejects.toThrow(/externalIPs|External IPs/i);
      await expect(environment.apply(taken)).rejects.toThrow(/externalIPs|External IPs/i);
    });

    it("does not get a token that never ends from a Secret", async () => {
      const secret = {
        apiVersion: "v1",
        kind: "Secret",
        metadata: {
          name: attack,
          namespace: "shop",
          annotations: { "kubernetes.io/service-account.name": "default" },
        },
        type: "kubernetes.io/service-account-token",
      };
      await expect(environment.applyAs(deployer, secret)).rejects.toThrow(/filled with a token/);
    });

    it("does not push into the registry, or delete there, and still pulls", async () => {
      const { repositories } = await evaluateIn<{ repositories: string[] }>(
        environment,
        probe,
        `await (await fetch("http://${await environment.output("registryInCluster")}/v2/_catalog")).json()`,
      );
      const [first = ""] = repositories;
      const digest = `sha256:${"0".repeat(64)}`;
      const answers = await registryAnswers(
        environment,
        probe,
        `GET /v2/${first}/tags/list`,
        `POST /v2/${first}/blobs/uploads/`,
        `PUT /v2/${first}/manifests/latest`,
        `PATCH /v2/${first}/blobs/uploads/x`,
        `DELETE /v2/${first}/manifests/${digest}`,
        `POST /v2/charts/../${first}/blobs/uploads/`,
      );
      expect(answers).toEqual([200, 401, 401, 401, 405, 401]);
    });

    it("does not reach the administration of the pod network", async () => {
      const nodes = await environment.kubectl(
        ...["get", "nodes", "-o", 'jsonpath={.items[*].status.addresses[?(@.type=="InternalIP")].address}'],
      );
      const addresses = nodes.split(" ");
      expect(addresses.length).toBeGreaterThan(1);
      const urls = addresses.map((address) => `http://${address}:50051/`);
      expect(await answersIn(environment, probe, urls)).toEqual(addresses.map(() => "timeout"));
    });

    it("does not keep who may deploy from deploying", async () => {
      await environment.applyAs(deployer, ingress({ "zalando.org/backend-weights": '{"storefront": 100}' }));
      await eventually(
        30,
        () => answerOfAttack(environment),
        (answer) => answer.startsWith("200 "),
      );
      await environment.applyAs(deployer, service({}));
    });
  });
}
