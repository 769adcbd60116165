import type { Tag } from "@aws-sdk/client-ec2";

/** What is on all pages of an answer. */
export async function collected<Page, Item>(
  pages: AsyncIterable<Page>,
  itemsOf: (page: Page) => Item[] | undefined,
): Promise<Item[]> {
  const items: Item[] = [];
  for await (const page of pages) items.push(...(itemsOf(page) ?? []));
  return items;
}

/** The value of one of a resource's tags. */
export function tag(tags: readonly Tag[], name: string): string | undefined {
  return tags.find(({ Key }) => Key === name)?.Value;
}
