/** The candidate with the fewest edits from `word`, or `undefined` when none has at least half of it in common. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    .map((candidate) => ({ candidate, edits: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((one, other) => one.edits - other.edits);
  const best = ranked[0];
  return best !== undefined && best.edits <= word.length / 2 ? best.candidate : undefined;
}

/** Insertions, deletions and substitutions of one character, and swaps of two neighbours (optimal string alignment). */
function editDistance(from: string, to: string): number {
  const distances: number[][] = [];
  const at = (row: number, column: number) => distances[row]?.[column] ?? Infinity;
  for (let row = 0; row <= from.length; row++) {
    const current: number[] = [];
    distances.push(current);
    for (let column = 0; column <= to.length; column++) {
      const substitution = from[row - 1] === to[column - 1] ? 0 : 1;
      const swap = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1] ? 1 : Infinity;
      const edits = [
        at(row - 1, column) + 1,
        at(row, column - 1) + 1,
        at(row - 1, column - 1) + substitution,
        at(row - 2, column - 2) + swap,
      ];
      current.push(row + column === 0 ? 0 : Math.min(...edits));
    }
  }
  return at(from.length, to.length);
}
