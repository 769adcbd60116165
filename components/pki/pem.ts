/** The blocks of a text in PEM, one each, with a line's end after each. */
export function pemBlocks(text: string): string[] {
  return [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----[^-]*-----END \1-----/g)].map(([block]) => `${block}\n`);
}
