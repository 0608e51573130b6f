/** Extracts what the classifier examines of a message. */
import { type ExtractedText, MAX_BODY_LENGTH } from '../../classify/features.ts'
import { author } from '../../facts/author.ts'
import { type Identities, identities } from '../../facts/identities.ts'
import { links } from '../../facts/links.ts'
import { parts } from '../../facts/parts.ts'
import { text } from '../../facts/text.ts'
import { fold } from '../../links/fold.ts'
import { visibleStart } from '../../mime/decode/blanks.ts'
import type { Finding } from '../../model/finding.ts'
import type { Message } from '../../model/stage.ts'
import { bodyHead } from './body-head.ts'
import { traitsOf } from './traits.ts'

/**
 * Uses facts that other filters ask for too; reads only the first bytes of the body itself.
 *
 * @param findings what other filters have found; undefined for a message that no session has brought: nothing is known
 * of its client, and nothing is looked up in DNS
 */
export async function extract(message: Message, findings?: readonly Finding[]): Promise<ExtractedText> {
  const [seen, { all: found }, { all }, head, from, proven] = await Promise.all([
    message.ask(text),
    message.ask(links),
    message.ask(parts),
    message.ask(bodyHead),
    message.ask(author),
    findings === undefined ? undefined : provenBy(message),
  ])
  const traits = traitsOf({
    findings,
    proven,
    author: from,
    header: message.header,
    parts: all,
    links: found,
    text: seen,
  })
  return { header: message.header, text: readable(seen.visible), urls: found.map(({ url }) => url), head, traits }
}

/** A word from its first character beyond ASCII on. */
const WIDE = /[^\0-\x7f][^\0-\x20]*/g

/**
 * The text with its examined part as it reads: words of look-alike letters, styles and invisible characters become the
 * ASCII words that they look like. Words of other scripts stay as they are.
 */
function readable(text: string): string {
  const examined = visibleStart(text, MAX_BODY_LENGTH).replace(WIDE, asciiOf)
  return text.length > MAX_BODY_LENGTH ? `${examined}${text.slice(MAX_BODY_LENGTH)}` : examined
}

function asciiOf(word: string): string {
  const folded = fold(word)
  return /^[\0-\x7f]*$/.test(folded) ? folded : word
}

/** Where a lookup fails, nothing is proven, and nothing is missing either. */
const provenBy = (message: Message): Promise<Identities | undefined> => message.ask(identities).catch(() => undefined)
