import { createHash, X509Certificate } from "node:crypto";
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
} from "node:fs";
import * as path from "node:path";
import { pipeline } from "node:stream/promises";

import { parse } from "yaml";

import { pemBlocks } from "../../components/pki/pem";
import { decrypt } from "./decrypt";
import { type Description, parseDescription } from "./description";

/** What is in a bundle, unpacked. */
export interface OpenBundle {
  readonly description: Description;
  readonly identity: BundledIdentity;
  /** Path of etcd's snapshot. */
  readonly snapshot: string;
}

/** What a cluster is known by, as `ClusterIdentitySeed` of components/pki has it. Secret. */
export interface BundledIdentity {
  readonly kubernetesCa: Certified;
  readonly etcdCa: Certified;
  readonly frontProxyCa: Certified;
  readonly serviceAccountKey: { readonly publicKeyPem: string; readonly privateKeyPem: string };
  /** The first one writes. */
  readonly encryptionKeys: readonly { readonly key: string; readonly generation: number }[];
}

interface Certified {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

/**
 * Decrypts a bundle with a recovery key, and unpacks it into a folder that only its owner can enter. All of it is read, so
 * that what was changed on the way is found.
 *
 * @param bundle - path of the file
 * @param keyFile - path of the file with the private half
 * @param folder - made, and emptied before
 * @throws Error in one sentence when it is another key's, not as it was written, or of a later format
 */
export async function openBundle(bundle: string, keyFile: string, folder: string): Promise<OpenBundle> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const archive = path.join(folder, "bundle.tar.gz");
  await decryptFile(bundle, keyFile, archive);
  const { extract } = await import("tar");
  await extract({ file: archive, cwd: folder, strict: true });
  rmSync(archive);
  const description = parseDescription(textOf(folder, "description.json"));
  const snapshot = path.join(folder, "snapshot.db");
  if (!existsSync(snapshot) || (await sha256Of(snapshot)) !== description.snapshot.sha256) {
    throw new Error(`${bundle} is damaged: its snapshot is not the one that it describes`);
  }
  const identity = identityOf(path.join(folder, "identity"));
  return {
    description: { ...description, authority: authorityOf(identity) ?? description.authority },
    identity,
    snapshot,
  };
}

/** SHA-256 of the authority that signs, of a backup that was made while two were trusted; undefined of any other. */
function authorityOf({ kubernetesCa }: BundledIdentity): string | undefined {
  const [signs, other] = pemBlocks(kubernetesCa.certificatePem);
  if (signs === undefined || other === undefined) return undefined;
  return createHash("sha256").update(new X509Certificate(signs).raw).digest("hex");
}

async function decryptFile(bundle: string, keyFile: string, target: string): Promise<void> {
  try {
    const clear = createWriteStream(target, { mode: 0o600 });
    await decrypt({ name: bundle, encrypted: createReadStream(bundle), keyFile, clear });
  } catch (error) {
    rmSync(target, { force: true });
    throw error;
  }
}

/** What the control plane had in `/etc/slipway/pki`, and the keys that Secrets are encrypted with. */
function identityOf(folder: string): BundledIdentity {
  const certified = (name: string): Certified => ({
    certificatePem: textOf(folder, `pki/${name}.crt`),
    privateKeyPem: textOf(folder, `pki/${name}.key`),
  });
  return {
    kubernetesCa: certified("ca"),
    etcdCa: certified("etcd/ca"),
    frontProxyCa: certified("front-proxy-ca"),
    serviceAccountKey: {
      publicKeyPem: textOf(folder, "pki/sa.pub"),
      privateKeyPem: textOf(folder, "pki/sa.key"),
    },
    encryptionKeys: encryptionKeysIn(textOf(folder, "encryption.yaml")),
  };
}

interface EncryptionConfiguration {
  readonly resources: readonly {
    readonly providers: readonly {
      readonly secretbox?: { readonly keys: readonly { readonly name: string; readonly secret: string }[] };
    }[];
  }[];
}

/**
 * What Secrets say of the key that they are encrypted with is its name, so the names stay.
 * https://kubernetes.io/docs/tasks/administer-cluster/encrypt-data/
 */
function encryptionKeysIn(text: string): BundledIdentity["encryptionKeys"] {
  const { resources } = parse(text) as EncryptionConfiguration;
  const keys = resources.flatMap(({ providers }) =>
    providers.flatMap(({ secretbox }) => secretbox?.keys ?? []),
  );
  if (keys.length === 0) throw new Error("the bundle is damaged: it has no key for Secrets");
  return keys.map(({ name, secret }) => ({ key: secret, generation: Number(name.replace(/^key-/, "")) }));
}

function textOf(folder: string, name: string): string {
  const file = path.join(folder, name);
  if (!existsSync(file)) {
    throw new Error(`the bundle is damaged: it has ${readdirSync(folder).join(", ")}, and no ${name}`);
  }
  return readFileSync(file, "utf8");
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}
