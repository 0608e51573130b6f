/** Kinds of fraud and advertising: two lists of phrases each, what is claimed and what is asked, in many languages. */

/** The kinds. Some languages lack the last four: `callback`, `payout`, `dating` and `document`. */
export const KINDS = [
  'casino',
  'prize',
  'survey',
  'renewal',
  'mailbox',
  'loan',
  'cure',
  'advanceFee',
  'extortion',
  'account',
  'parcel',
  'callback',
  'payout',
  'dating',
  'document',
] as const

/** A kind of fraud or advertising. */
export type Kind = (typeof KINDS)[number]

/** The two lists of a kind: a claim (“your parcel is held”), and a request (“pay the customs fee”). */
export type KindList = `${Kind}/claim` | `${Kind}/request`

const isKind = (name: string): name is Kind => (KINDS as readonly string[]).includes(name)

/**
 * The lists of languages. In the text of a language `kind:` begins the claims of a kind, and `|` at the start of a line
 * its requests; phrases are separated as {@link PhraseBook} says.
 *
 * @throws RangeError for a text with another kind, or with phrases outside of one
 */
export function kindLists(...languages: readonly string[]): Readonly<Partial<Record<KindList, string>>> {
  const lists: Partial<Record<KindList, string>> = {}
  for (const language of languages) {
    let kind: Kind | undefined
    let half: 'claim' | 'request' = 'claim'
    for (const line of language.trim().split('\n')) {
      const [, name, bar, phrases = ''] = /^(?:(\w+): |(\| ))?(.*)$/.exec(line) ?? []
      if (name !== undefined && !isKind(name)) throw new RangeError(`“${name}” is none of ${KINDS.join(', ')}`)
      kind = name ?? kind
      if (kind === undefined) throw new RangeError(`“${line}” belongs to no kind`)
      half = name !== undefined ? 'claim' : bar !== undefined ? 'request' : half
      const list = `${kind}/${half}` as const
      lists[list] = `${lists[list] ?? ''}\n${phrases}`
    }
  }
  return lists
}
