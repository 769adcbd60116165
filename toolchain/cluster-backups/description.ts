import { z } from "zod";

/** The newest format of bundles that this tree reads; machine-image/rootfs/usr/lib/slipway/backup-cluster writes it. */
export const bundleFormat = 1;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const size = z.int().nonnegative();
const file = z.object({ bytes: size, sha256 });

const described = z.object({
  format: z.int(),
  /** The environment that was backed up. */
  environment: z.string(),
  /** The control plane that did it. */
  machine: z.string(),
  /** When, as in `2026-11-30T22:15:00Z`. */
  time: z.iso.datetime(),
  /** Without a leading `v`. */
  kubernetesVersion: z.string().regex(/^\d+\.\d+\.\d+$/),
  etcdVersion: z.string(),
  /** SHA-256 of the cluster's authority, by which clusters are told apart. */
  authority: sha256,
  /** etcd's revision. */
  revision: size,
  /** How many keys etcd has. */
  keys: size,
  snapshot: file,
});

/** What a bundle says of itself, inside of the encryption. */
export type Description = z.output<typeof described>;

const published = described.extend({ bundle: file });

/** What is said beside a bundle, readable without a key. */
export type PublicDescription = z.output<typeof published>;

/** @throws Error when it is none, or of a later format */
export function parseDescription(json: string): Description {
  return parsed(described, json);
}

/** The same of what is beside a bundle. */
export function parsePublicDescription(json: string): PublicDescription {
  return parsed(published, json);
}

function parsed<Shape extends z.ZodType>(shape: Shape, json: string): z.output<Shape> {
  const value: unknown = JSON.parse(json);
  const format: unknown = typeof value === "object" && value !== null && "format" in value && value.format;
  // Whatever else a later format says.
  if (typeof format === "number" && format > bundleFormat) {
    throw new Error(
      `the bundle is of format ${format}, and this tree reads up to ${bundleFormat}: restore it with the tree that made it`,
    );
  }
  const result = shape.safeParse(value);
  if (!result.success) throw new Error(`a backup's description is wrong: ${z.prettifyError(result.error)}`);
  return result.data;
}
