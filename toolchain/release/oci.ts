import { z } from "zod";

import { sha256Of } from "./checksum";
import { type OnBytes, download } from "./download";
import { FetchFailure } from "./failure";
import type { ImageOrigin } from "./releases";
import { unpack } from "./unpack";
import type { Web } from "./web";

/** https://github.com/opencontainers/image-spec/blob/main/descriptor.md */
const descriptor = z.object({
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  platform: z.object({ os: z.string(), architecture: z.string() }).optional(),
});
const index = z.object({ manifests: z.array(descriptor) });
const manifest = z.object({ layers: z.array(descriptor) });
const token = z.union([
  z.object({ token: z.string() }).transform((answer) => answer.token),
  z.object({ access_token: z.string() }).transform((answer) => answer.access_token),
]);

/** The kinds of manifest that are understood: OCI's and Docker's, for one architecture or several. */
const manifestTypes = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

/** Where programs out of an image came from. */
export interface Pulled {
  /** `registry/repository:tag@digest`, as `docker pull` takes it. */
  from: string;
  /** Name of each program to the SHA-256 of the layer that had it. */
  layers: Record<string, string>;
}

/**
 * Takes programs out of an image in a registry. Everything below the tag is checked against the digest that names it.
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md
 *
 * @param downloads - folder for the layers
 * @param output - folder for the programs
 * @throws FetchFailure when the image, or a program in it, cannot be had
 */
export async function pullPrograms(
  web: Web,
  origin: ImageOrigin,
  architecture: string,
  downloads: string,
  output: string,
  onBytes: OnBytes,
): Promise<Pulled> {
  const repository = new Repository(web, origin);
  const { digest, layers } = await repository.image(architecture);
  const found: Record<string, string> = {};
  let missing = origin.members;
  // What a later layer has hides what an earlier one has.
  for (const layer of layers.reverse()) {
    const wanted = await repository.layer(layer);
    const archive = await download(web, wanted, downloads, onBytes);
    const absent = new Set(await unpack(archive, missing, output));
    for (const name of Object.keys(missing)) if (!absent.has(name)) found[name] = wanted.sha256;
    missing = Object.fromEntries(Object.entries(missing).filter(([name]) => absent.has(name)));
    if (absent.size === 0) return { from: `${repository.name}@${digest}`, layers: found };
  }
  throw new FetchFailure(
    `${repository.name}: ${Object.values(missing).join(", ")} not in the image`,
    "The image was made anew with other paths: correct them in toolchain/release/releases.ts.",
  );
}

/** A repository of a registry, read without a user. */
class Repository {
  /** What its image is called. */
  readonly name: string;
  private readonly base: string;
  private headers: Readonly<Record<string, string>> = {};

  constructor(
    private readonly web: Web,
    private readonly origin: ImageOrigin,
  ) {
    this.name = `${origin.registry}/${origin.repository}:${origin.tag}`;
    this.base = `https://${origin.registry}/v2/${origin.repository}`;
  }

  /** Digest of the image for an architecture, and those of its layers from the lowest up. */
  async image(architecture: string): Promise<{ digest: string; layers: string[] }> {
    const top = await this.manifest(this.origin.tag);
    const several = index.safeParse(top.content);
    if (!several.success) return { digest: top.digest, layers: this.layersOf(top.content) };
    const fitting = several.data.manifests.find(
      ({ platform }) => platform?.os === "linux" && platform.architecture === architecture,
    );
    if (!fitting) {
      const offered = several.data.manifests.map(({ platform }) => platform?.architecture ?? "unknown");
      throw new FetchFailure(
        `${this.name}: no image for linux/${architecture}, only for ${offered.join(", ")}`,
        "SLIPWAY_TOOLCHAIN=source builds it from its Go module instead.",
      );
    }
    const { content, digest } = await this.manifest(fitting.digest);
    return { digest, layers: this.layersOf(content) };
  }

  private layersOf(content: unknown): string[] {
    const image = manifest.safeParse(content);
    if (!image.success) throw this.unreadable("manifest");
    return image.data.layers.map(({ digest }) => digest);
  }

  /** A manifest by tag or digest. */
  private async manifest(reference: string): Promise<{ content: unknown; digest: string }> {
    const url = `${this.base}/manifests/${reference}`;
    const { text, response } = await this.read(url, { Accept: manifestTypes });
    const digest = `sha256:${sha256Of(text)}`;
    const told = reference.startsWith("sha256:") ? reference : response.headers.get("docker-content-digest");
    if (told !== null && told !== digest) {
      throw new FetchFailure(
        `${this.web.locate(url)} is not what was published: its digest is ${digest}, the expected one ${told}`,
        "Do not go around it: a proxy or mirror on the way changes it.",
      );
    }
    return { content: this.parse(text, "manifest"), digest };
  }

  /** How a layer is downloaded. */
  async layer(digest: string): Promise<{
    url: string;
    name: string;
    sha256: string;
    headers: Readonly<Record<string, string>>;
  }> {
    // A token lives for some minutes, which a slow download before this one may have taken.
    if ("Authorization" in this.headers) await this.authorize(this.challenge);
    const { headers } = this;
    const name = `${this.origin.repository.replaceAll("/", "-")}-layer`;
    return { url: `${this.base}/blobs/${digest}`, name, sha256: digest.slice("sha256:".length), headers };
  }

  private challenge = "";

  /** Reads, with a token where the registry wants one. */
  private async read(url: string, headers: Readonly<Record<string, string>>): ReturnType<Web["text"]> {
    const first = await this.web.text(url, { ...headers, ...this.headers }, [401]);
    if (first.response.status !== 401) return first;
    await this.authorize(first.response.headers.get("www-authenticate") ?? "");
    return this.web.text(url, { ...headers, ...this.headers });
  }

  /** Gets a token for somebody without a name: https://distribution.github.io/distribution/spec/auth/token/ */
  private async authorize(challenge: string): Promise<void> {
    const parameters = new Map(
      [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = "", value = ""]) => [key, value]),
    );
    const realm = parameters.get("realm") ?? "";
    if (!/^bearer /i.test(challenge) || !URL.canParse(realm)) {
      throw new FetchFailure(
        `${this.web.locate(this.base)}: the registry wants a user`,
        "Only registries that anybody may read are asked: if it is a mirror, open it for reading.",
      );
    }
    const address = new URL(realm);
    address.searchParams.set("service", parameters.get("service") ?? "");
    address.searchParams.set("scope", parameters.get("scope") ?? `repository:${this.origin.repository}:pull`);
    const { text } = await this.web.text(address.href);
    const answer = token.safeParse(this.parse(text, "token"));
    if (!answer.success) throw this.unreadable("token");
    this.challenge = challenge;
    this.headers = { Authorization: `Bearer ${answer.data}` };
  }

  private parse(text: Buffer, what: string): unknown {
    try {
      return JSON.parse(text.toString("utf8"));
    } catch {
      throw this.unreadable(what);
    }
  }

  private unreadable(what: string): FetchFailure {
    return new FetchFailure(
      `${this.name}: the registry's ${what} is none that is understood`,
      "Look at what the registry, or the mirror, answers.",
    );
  }
}
