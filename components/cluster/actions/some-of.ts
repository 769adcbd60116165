/** The first of a list, and how many more there are: a long list that changes all the time is nothing to read. */
export function someOf(texts: readonly string[]): string {
  const [first = "", ...others] = texts;
  return others.length === 0 ? first : `${first}, and ${others.length} more`;
}
