/** Finds the word that a misspelt one was meant to be. */

const MAX_LENGTH = 40

/** The one of `words` that differs from `word` in the fewest letters: at most a third of them, and three. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  if (word.length > MAX_LENGTH) return undefined
  const written = plain(word)
  let [best, least] = [undefined as string | undefined, Math.min(3, Math.ceil(written.length / 3)) + 1]
  for (const candidate of words) {
    const distance = edits(written, plain(candidate))
    if (distance < least) [best, least] = [candidate, distance]
  }
  return best
}

const plain = (word: string): string => word.toLowerCase().replace(/[-_ ]/g, '')

/** Letters that are added, left out, replaced, or swapped with their neighbour. */
function edits(from: string, to: string): number {
  let before: number[] = []
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1)
      const isSwapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]
      const swapped = isSwapped ? (before[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY
      next[j] = Math.min(replaced, swapped, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1)
    }
    before = row
    row = next
  }
  return row[to.length] ?? 0
}
