/**
 * Finds phrases of several lists in one pass over a text. Each word is looked up once, which keeps the search linear.
 */

/** The phrases of the lists that a text contains. */
export interface Phrases<Name extends string> {
  /** The distinct phrases of a list in the order of the text, within the first `within` characters. */
  of(list: Name, within?: number): readonly string[]
}

export interface PhraseBook<Name extends string> {
  read(text: string): Phrases<Name>
}

interface Entry {
  readonly list: string
  readonly phrase: string
  /** The phrase may continue with more letters. */
  readonly open: boolean
}

/** Matches that are kept for one text. */
const MAX = 1000

/**
 * Phrases of a list are separated by commas or line ends. A phrase begins and ends at a word boundary, unless it ends
 * in `*`
 * or its script has no blanks.
 */
export function phraseBook<Name extends string>(lists: Readonly<Record<Name, string>>): PhraseBook<Name> {
  const byWord = new Map<string, Entry[]>()
  const byMark: Entry[] = []
  for (const [list, text] of Object.entries<string>(lists)) {
    for (const written of text.split(/[,\n]/).map(part => part.trim())) {
      const phrase = written.replace(/\*$/, '')
      if (phrase === '') continue
      const first = wordAt(phrase, 0)
      const entry = { list, phrase, open: written.endsWith('*') }
      if (first === '' || isWide(phrase)) byMark.push(entry)
      else byWord.set(first, [...(byWord.get(first) ?? []), entry])
    }
  }
  return {
    read: text => {
      const found: (Entry & { readonly at: number })[] = []
      for (let at = 0; at < text.length && found.length < MAX; ) {
        const word = wordAt(text, at)
        for (const entry of (word && byWord.get(word)) || []) {
          const stop = at + entry.phrase.length
          if (text.startsWith(entry.phrase, at) && (entry.open || !continues(text, stop))) found.push({ ...entry, at })
        }
        at += Math.max(word.length, 1)
      }
      for (const entry of byMark) {
        const at = text.indexOf(entry.phrase)
        if (at >= 0) found.push({ ...entry, at })
      }
      const byList = Map.groupBy(found, ({ list }) => list)
      return {
        of: (list, within = text.length) => [
          ...new Set((byList.get(list) ?? []).flatMap(({ phrase, at }) => (at < within ? [phrase] : []))),
        ],
      }
    },
  }
}

const isLetter = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || code >= 0xaa

function wordAt(text: string, at: number): string {
  let stop = at
  while (stop < text.length && stop - at < 64 && isLetter(text.charCodeAt(stop))) stop += 1
  return text.slice(at, stop)
}

const continues = (text: string, at: number): boolean =>
  at < text.length && isLetter(text.charCodeAt(at)) && isLetter(text.charCodeAt(at - 1))

/** The phrase is in a script without blanks between words. */
const isWide = (text: string): boolean => /[\u3040-\u9fff\uac00-\ud7af]/.test(text)
