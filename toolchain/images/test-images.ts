import { kubernetesParts } from "../parts";
import { type Image, debian, image } from "./images";
import { podImages } from "./machine-images";

/** An image of Kubernetes' end-to-end suite, made from the suite's own programs and Debian's packages. */
function testImage(name: string, programs: Image["programs"], folder = name): Image {
  return image(`test-${name}`, `conformance/${folder}`, { images: { DEBIAN: debian }, programs });
}

const fromSuite = (...files: string[]): Image["programs"] => ({ conformance: files });

/** The newest version's, as the suite is. */
const { name: dns } = kubernetesParts().coredns;

const agnhost = testImage("agnhost", {
  ...fromSuite("agnhost", "localhost.crt", "localhost.key"),
  [dns]: ["coredns"],
});

function picture(name: string): Image {
  return image(`test-${name}`, "conformance/picture", {
    images: { AGNHOST: agnhost },
    programs: fromSuite(`${name}.jpg`, `${name}.json`),
    args: { PICTURE: name },
  });
}

/** An image that machines have, for the suite to run too. */
function ofMachines(name: string): Image {
  const found = podImages().find((pod) => pod.name === `pod-${name}`);
  if (found === undefined) throw new Error(`no machine has an image ${name}`);
  return found;
}

/** The images of the suite that can be made here, by their repositories below registry.k8s.io. */
const images: Readonly<Record<string, Image>> = {
  "e2e-test-images/agnhost": agnhost,
  "e2e-test-images/busybox": testImage("busybox", {}),
  "e2e-test-images/glibc-dns-testing": testImage("dns-testing", { [dns]: ["coredns"] }),
  "e2e-test-images/ipc-utils": testImage("ipc-utils", {}),
  "e2e-test-images/kitten": picture("kitten"),
  "e2e-test-images/nautilus": picture("nautilus"),
  "e2e-test-images/nginx": testImage("nginx", {}),
  "e2e-test-images/nonewprivs": testImage("nonewprivs", fromSuite("nnp")),
  "e2e-test-images/nonroot": testImage("nonroot", {}),
  "e2e-test-images/regression-issue-74839": testImage(
    "regression-issue-74839",
    fromSuite("regression-issue-74839"),
  ),
  "e2e-test-images/sample-apiserver": testImage("sample-apiserver", fromSuite("sample-apiserver")),
  etcd: ofMachines("etcd"),
  pause: ofMachines("pause"),
};

/**
 * The image that stands in for one of the suite's.
 *
 * @param repository - below registry.k8s.io, as in `e2e-test-images/agnhost`
 * @param tag - becomes its label `org.opencontainers.image.version`, so that each tag is an image of its own
 * @returns undefined if it cannot be made from what package registries have
 */
export function testImageOf(repository: string, tag: string): Image | undefined {
  const found = images[repository];
  if (found === undefined || podImages().some((pod) => pod === found)) return found;
  return { ...found, args: { ...found.args, VERSION: tag } };
}

/** Repositories below registry.k8s.io that have an image of ours. */
export const testRepositories: readonly string[] = Object.keys(images);
