/** Which words of a message weighed most, for a person to read. */
import type { Classifier } from './classifier.ts'
import { type Seen, VIEWS, type View, viewsOf } from './features.ts'
import { type Visit, visitOctets, visitText } from './grams.ts'

/** A word of a message and what it spoke for. */
export interface Evidence {
  readonly view: View
  /** As it stands in the message, cut to what fits a line; what cannot be printed is a dot. */
  readonly word: string
  /** Its part of the margin: positive for spam, negative for ham. */
  readonly weight: number
}

/** Longer words are cut, so that text without spaces has words too. */
const LONGEST_WORD = 24

/**
 * The words that weighed most, the heaviest first, whichever way they spoke. A feature belongs to the word in which it ends
 * first, so the weights of all words together are the margin.
 */
export function explain(classifier: Classifier, seen: Seen, most = 5): readonly Evidence[] {
  const { header, body, raw } = viewsOf(seen)
  const words = [
    ...weigh(classifier, 0, header, visitText),
    ...weigh(classifier, 1, body, visitText),
    ...weigh(classifier, 2, raw.map(latin1), (text, visit) => visitOctets(Buffer.from(text, 'latin1'), visit)),
  ]
  return words.toSorted((a, b) => Math.abs(b.weight) - Math.abs(a.weight)).slice(0, most)
}

const latin1 = (octets: Uint8Array): string => Buffer.from(octets).toString('latin1')

type VisitPiece = (text: string, visit: Visit) => void

function weigh(classifier: Classifier, view: number, pieces: readonly string[], visitPiece: VisitPiece): Evidence[] {
  const name = VIEWS[view]
  if (name === undefined) return []
  const met = new Set<number>()
  const weights = new Map<string, number>()
  for (const piece of pieces) {
    const words = wordsOf(piece)
    visitPiece(piece, (gram, at) => {
      if (met.has(gram)) return
      met.add(gram)
      const word = words(at)
      weights.set(word, (weights.get(word) ?? 0) + classifier.weightOf(view, gram))
    })
  }
  const length = Math.sqrt(Math.max(met.size, 1))
  return Array.from(weights, ([word, weight]) => ({ view: name, word, weight: weight / length }))
}

/** Finds the word around a place. Asked for places in rising order. */
function wordsOf(text: string): (at: number) => string {
  let start = 0
  let end = 0
  let word = ''
  return at => {
    while (end <= at && end < text.length) {
      start = end
      // The white space before a word belongs to it.
      while (end < text.length && isBlank(text.charCodeAt(end))) end += 1
      while (end < text.length && !isBlank(text.charCodeAt(end)) && end - start < LONGEST_WORD) end += 1
      word = printable(text.slice(start, end))
    }
    return word
  }
}

/** White space, and what ends a field. */
const isBlank = (code: number): boolean => code <= 32 || code === 0x7f

const printable = (text: string): string => text.trim().replace(/[^\p{L}\p{N}\p{P}\p{S}]/gu, '·') || '␠'
