import { eventually, type TestEnvironment } from "./test-environment";

/** What a process in a pod asks with. */
export interface Asker {
  readonly namespace: string;
  /** `pod/name` or `deployment/name`; its image has node. */
  readonly target: string;
}

const name = "probe";
const tokenFile = "/var/run/secrets/kubernetes.io/serviceaccount/token";

/** A pod as anybody's in a namespace without network policies: with a token, and nothing asked of security. */
export async function startProbePod(environment: TestEnvironment): Promise<Asker> {
  const image = await environment.kubectl(
    ...["get", "deployment", "-n", "shop", "storefront", "-o"],
    "jsonpath={.spec.template.spec.containers[0].image}",
  );
  const command = ["node", "-e", "setInterval(() => {}, 60_000)"];
  await environment.apply({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default" },
    spec: { terminationGracePeriodSeconds: 0, containers: [{ name, image, command }] },
  });
  await eventually(
    60,
    () => environment.kubectl("get", "pod", name, "-o", "jsonpath={.status.phase}"),
    (phase) => phase === "Running",
  );
  return { namespace: "default", target: `pod/${name}` };
}

/** The value of an expression that node evaluates in a pod. */
export async function evaluateIn<T>(
  environment: TestEnvironment,
  asker: Asker,
  expression: string,
): Promise<T> {
  const script = `(async () => console.log(JSON.stringify(${expression})))()`;
  const target = ["-n", asker.namespace, asker.target];
  return JSON.parse(await environment.kubectl("exec", ...target, "--", "node", "-e", script)) as T;
}

/** The claims of the token that the kubelet gave a pod. */
export async function tokenClaims(
  environment: TestEnvironment,
  asker: Asker,
): Promise<{ readonly iat: number; readonly exp: number }> {
  const payload = `require("fs").readFileSync("${tokenFile}", "utf8").split(".")[1]`;
  return await evaluateIn(environment, asker, `JSON.parse(Buffer.from(${payload}, "base64url"))`);
}

/**
 * What a pod is answered at each URL: the status, or the code of the error that ended the connection, `timeout` where
 * nothing came back within 5 seconds. It believes any server.
 */
export async function answersIn(
  environment: TestEnvironment,
  asker: Asker,
  urls: readonly string[],
  { withToken = false } = {},
): Promise<(number | string)[]> {
  const token = withToken
    ? `{ authorization: "Bearer " + require("fs").readFileSync("${tokenFile}", "utf8") }`
    : "{}";
  const answer = `(url) => new Promise((resolve) => {
    const options = { rejectUnauthorized: false, headers: ${token} };
    const asked = require(url.split(":")[0]).get(url, options, (response) => resolve(response.statusCode));
    asked.setTimeout(5000, () => asked.destroy(new Error("timeout")));
    asked.on("error", (error) => resolve(error.code ?? error.message));
  })`;
  return await evaluateIn(environment, asker, `await Promise.all(${JSON.stringify(urls)}.map(${answer}))`);
}
