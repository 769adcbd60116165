/** The blocks of a text in PEM, one each, with a line's end after each. */
export function pemBlocks(text: string): string[] {
  return [...text.matchAll(/-{5}BEGIN ([A-Z0-9 ]+)-{5}[^-]*-{5}END \1-{5}/g)].map(([block]) => `${block}\n`);
}
