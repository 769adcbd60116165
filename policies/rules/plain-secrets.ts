import { containersOf } from "../kubernetes";
import type { Resource, ResourceRule, Settings } from "../rule";
import { secretIn } from "../secret-formats";
import { at, elements, isValues, text, texts, type Value } from "../values";

/** Whose own properties are kept secret where they end, by type: path of the property. */
const safes: readonly (readonly [RegExp, RegExp])[] = [
  [/^kubernetes:core\/v1:Secret(Patch|List)?$/, /^(string)?[dD]ata(\.|$)/],
  [/^aws:secretsmanager\/secretVersion:/, /^secret(String|Binary)/],
  [/^aws:ssm\/parameter:/, /^value/],
  [/^aws:(rds|docdb|redshift|elasticache)\//, /^(masterPassword|password|authToken)/],
];

/** What names a secret in an environment variable; its file or its address is none. */
const secretName =
  /(PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|CREDENTIALS?|(API|ACCESS|PRIVATE|SIGNING|ENCRYPTION)_?KEY)$/i;

/**
 * Whoever may read a pod, a ConfigMap or an instance's user data reads what is in it: a Secret is read by fewer, and
 * encrypted at rest. (Whether Pulumi's own state has a value encrypted no policy is told: `make review` looks.)
 */
export const plainSecrets: ResourceRule = {
  name: "plain-secrets",
  description: "Secrets stand in Secrets, not in what anyone may read",
  level: "mandatory",
  settings: {
    allowed: {
      description: "Environment variables that are no secrets although they are named like one",
      default: [],
    },
  },
  check: (resource, settings) => [
    ...variables(resource, settings),
    ...properties(resource),
    ...parameters(resource),
  ],
};

function variables(resource: Resource, { allowed = [] }: Settings): string[] {
  return containersOf(resource).flatMap(({ title, spec }) =>
    elements(spec.env).flatMap((variable) => {
      const name = text(at(variable, "name")) ?? "";
      if (!secretName.test(name) || allowed.includes(name) || !isOwnValue(at(variable, "value"))) return [];
      return [
        `${title} has the value of ${name} in plain text; write valueFrom.secretKeyRef, and a Secret with it`,
      ];
    }),
  );
}

/** Neither empty nor the name of another variable. */
function isOwnValue(value: Value): boolean {
  return typeof value === "string" && value !== "" && !/^\$\(\w+\)$/.test(value);
}

function properties(resource: Resource): string[] {
  if (!/^(kubernetes|aws):/.test(resource.type)) return [];
  const safe = safes.find(([types]) => types.test(resource.type))?.[1];
  return texts(resource.props)
    .filter(({ path }) => !safe?.test(path))
    .flatMap(({ path, text: found }) => {
      const secret = secretIn(found);
      return secret ? [`${path} holds ${secret} in plain text; keep it in a Secret, and refer to it`] : [];
    });
}

/** A parameter is encrypted when it says so. */
function parameters({ type, props }: Resource): string[] {
  if (!type.startsWith("aws:ssm/parameter:") || props.type === "SecureString") return [];
  return texts(isValues(props) ? { value: props.value } : undefined).flatMap(({ text: found }) => {
    const secret = secretIn(found);
    return secret ? [`value holds ${secret} and is not encrypted; write type: "SecureString"`] : [];
  });
}
