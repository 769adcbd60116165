import * as path from "node:path";

import { toolchainMode } from "../cache";
import { kubernetesParts } from "../parts";
import versions from "../versions.json";
import { hostAuthoritiesDigest } from "./host-authorities";

/** An image that `docker build` makes of a folder and of finished programs. Plain data: all of it is in its key. */
export interface Image {
  /** Its repository is `slipway/<name>`. */
  name: string;
  /** Absolute path of the folder with its Dockerfile and its other committed files: the build context's root. */
  folder: string;
  /** Finished programs that are put into the context's root, by the toolchain part that makes them. */
  programs: Readonly<Record<string, readonly string[]>>;
  /** Images that it is made from: build argument to image. */
  images: Readonly<Record<string, Image>>;
  /** Further build arguments. */
  args: Readonly<Record<string, string>>;
  /** What takes its place in `release` mode, where programs come in other files. */
  release?: Image;
}

/** What {@link image} makes an image of. */
export type Ingredients = Partial<Pick<Image, "programs" | "images" | "args">>;

/** @param folder - with its Dockerfile, from this one */
export function image(
  name: string,
  folder: string,
  { programs = {}, images = {}, args = {} }: Ingredients,
): Image {
  return { name, folder: path.resolve(__dirname, folder), programs, images, args };
}

/** The image as it is made in the mode that the toolchain is in. */
export function inThisMode(image: Image): Image {
  return toolchainMode() === "release" ? (image.release ?? image) : image;
}

/** Debian, which the others are made from. It has no Dockerfile: debootstrap makes it (debian.ts). */
export const debian = image("debian", "debian", {
  args: { SUITE: versions.debian, PACKAGES: versions.debianPackages, AUTHORITIES: hostAuthoritiesDigest() },
});

/** HAProxy; its configuration is put to /etc/haproxy/haproxy.cfg when a container is made. */
export const loadBalancer = image("load-balancer", "load-balancer", { images: { DEBIAN: debian } });

/**
 * The image registry of an environment: port 5000, images below /var/lib/registry. Who may push, two files say that are put
 * below /etc/registry when a container is made.
 */
export const registry = image("registry", "registry", {
  images: { LOAD_BALANCER: loadBalancer },
  programs: { registry: ["registry"] },
});

/** Node.js and npm, for services. Its version is in node/package.json too, which a test compares. */
export const node = image("node", "node", { images: { DEBIAN: debian }, args: { VERSION: versions.node } });

/** Debian's packages of a machine. */
export const machineSystem = image("machine-os", "../../machine-image/os", { images: { DEBIAN: debian } });

function fluxController(name: "source-controller" | "kustomize-controller"): Image {
  return image(name, name, { images: { OS: machineSystem }, programs: { [name]: [name] } });
}

const giteaSystem = image("gitea-system", "gitea-system", { images: { DEBIAN: debian } });

/** What has the kubectl that serves every cluster. */
const newestPart = kubernetesParts().kubernetes.name;

const agentSystem = image("agent-system", "agent-system", { images: { NODE: node } });

/**
 * What only some environments run (wanted.ts), by name. Machines do not have it preloaded: the component that runs it
 * pushes it to the environment's registry.
 */
export const imagesOnDemand = {
  "source-controller": fluxController("source-controller"),
  "kustomize-controller": fluxController("kustomize-controller"),

  /** A Git server; its settings come in /etc/gitea/app.ini, its data is below /var/lib/gitea. */
  gitea: {
    ...image("gitea", "gitea", {
      images: { SYSTEM: giteaSystem },
      programs: { gitea: ["gitea", "options", "public", "templates"] },
    }),
    release: image("gitea", "release/gitea", {
      images: { SYSTEM: giteaSystem },
      programs: { gitea: ["gitea"] },
    }),
  },

  /** Makes a cluster's Nodes and Services known to AWS, and AWS' instances to the cluster. */
  "aws-cloud-controller-manager": image("aws-cloud-controller-manager", "aws-cloud-controller-manager", {
    images: { OS: machineSystem },
    programs: { "cloud-provider-aws": ["aws-cloud-controller-manager"] },
  }),

  "kubelet-certificate-approver": image("kubelet-certificate-approver", "kubelet-certificate-approver", {
    programs: { "kubelet-certificate-approver": ["kubelet-certificate-approver"] },
  }),

  /** What a step of a pipeline runs in: Node.js, Git, Helm, kubectl. */
  agent: {
    ...image("agent", "agent", {
      images: { SYSTEM: agentSystem },
      programs: { helm: ["helm"], [newestPart]: ["kubernetes"] },
    }),
    release: image("agent", "release/agent", {
      images: { SYSTEM: agentSystem },
      programs: { helm: ["helm"], [newestPart]: ["kubectl"] },
    }),
  },
} as const satisfies Readonly<Record<string, Image>>;

/** Name of an image that only some environments run. */
export type ImageOnDemand = keyof typeof imagesOnDemand;

/**
 * What machines that are made of a stock system have beside the files of the machine's image, programs among it: machine-files.ts
 * makes an archive of both.
 */
export const machineFiles: Image = image("machine-files", "machine-files", {
  programs: { "cloud-provider-aws": ["ecr-credential-provider"] },
});
