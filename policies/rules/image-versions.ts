import { containersOf } from "../kubernetes";
import type { Resource, ResourceRule } from "../rule";
import { text, type Value } from "../values";

const container = /^docker:index\/container:Container$/;

/** An image without a version is another one tomorrow, and a rollback to it is none. */
export const imageVersions: ResourceRule = {
  name: "image-versions",
  description: "Images are named by digest or version",
  level: "mandatory",
  settings: {
    moving: {
      description: "Tags that name another image from day to day",
      default: ["latest", "stable", "edge", "nightly", "main", "master", "dev", "develop", "canary", "lts"],
    },
  },
  check: (resource, { moving = [] }) =>
    images(resource).flatMap(({ where, image }) => problems(image, moving).map((it) => `${where}: ${it}`)),
};

function images(resource: Resource): { where: string; image: string }[] {
  const named: { where: string; given: Value }[] = containersOf(resource).map(({ title, spec }) => ({
    where: `image of ${title}`,
    given: spec.image,
  }));
  if (container.test(resource.type)) named.push({ where: "image", given: resource.props.image });
  return named.flatMap(({ where, given }) => {
    const image = text(given);
    return image === undefined ? [] : [{ where, image }];
  });
}

function problems(image: string, moving: readonly string[]): string[] {
  // Docker knows an image on its own host by its id alone.
  if (/@sha256:[0-9a-f]{64}$|^sha256:[0-9a-f]{64}$/.test(image)) return [];
  // A colon before the last slash is a registry's port.
  const [, tag] = /:([^:/@]+)$/.exec(image) ?? [];
  if (tag === undefined)
    return [`"${image}" has no version, and so means latest; write ${image}@sha256:… or ${image}:1.2.3`];
  if (!moving.includes(tag)) return [];
  const name = image.slice(0, -tag.length - 1);
  return [`"${image}" is another image from day to day; write ${name}@sha256:… or ${name}:1.2.3`];
}
