/** Compares the plain text and the HTML of an alternative by a sample of words. */
import type { TextSection } from '../../facts/text.ts'
import type { MessageView } from '../rules/view.ts'
import { solid } from './html-view.ts'

/** Characters of each part that are compared. */
const MAX_LENGTH = 30_000
/** Words that are taken from the plain text, at equal distances; fewer than the second number say too little. */
const [SAMPLES, MIN_SAMPLES] = [40, 15]
/** The parts differ where at most one word of so many is in both. */
const MIN_DIFFERENCE = 6
/** Visible characters of a plain text that is no short note. */
const MIN_PLAIN = 300

/** How many words were compared and found; undefined where the parts agree, or nothing can be said. */
export function partsDiffer({ text, parts }: MessageView): { compared: number; shared: number } | undefined {
  const [plain, html] = alternative(text.sections)
  if (!plain || !html || !isAlternative(plain, parts)) return undefined
  if (solid(plain.visible, MIN_PLAIN) < MIN_PLAIN) return undefined
  const other = html.visible.slice(0, MAX_LENGTH).toLowerCase()
  const found = compare(plain.visible.slice(0, MAX_LENGTH), other)
  return found && !NOTE.test(plain.visible.slice(0, 3000)) ? found : undefined
}

function compare(plain: string, html: string): { compared: number; shared: number } | undefined {
  const words = new Set<string>()
  let shared = 0
  for (const word of sample(plain)) {
    if (words.has(word)) continue
    words.add(word)
    if (html.includes(word)) shared++
    // Parts that agree, which nearly all do, are left after a few words.
    if (shared * MIN_DIFFERENCE > SAMPLES) return undefined
  }
  const differ = words.size >= MIN_SAMPLES && shared * MIN_DIFFERENCE <= words.size
  return differ ? { compared: words.size, shared } : undefined
}

/** The longest plain text that is shown, and the first HTML after it. */
function alternative(sections: readonly TextSection[]): readonly (TextSection | undefined)[] {
  let plain = -1
  for (const [at, { inline, kind, visible }] of sections.entries()) {
    if (inline && kind === 'plain' && visible.length > (sections[plain]?.visible.length ?? -1)) plain = at
  }
  if (plain < 0) return []
  return [sections[plain], sections.slice(plain + 1).find(({ inline, kind }) => inline && kind === 'html')]
}

function isAlternative({ path }: TextSection, { all }: MessageView['parts']): boolean {
  const outer = path.slice(0, Math.max(path.lastIndexOf('.'), 0))
  // A bounce says the same in two languages.
  if (all[0]?.contentType === 'multipart/report') return false
  return all.some(part => part.path === outer && part.contentType === 'multipart/alternative')
}

/** Words of five letters and more, without those of URLs. */
function* sample(text: string): Generator<string> {
  for (let index = 0; index < SAMPLES; index++) {
    const at = Math.floor((text.length * index) / SAMPLES)
    const word = WORD.exec(text.slice(at, at + 200))?.[1]
    if (word !== undefined) yield word.toLowerCase()
  }
}

const WORD = /\s(\p{L}{5,30})(?=[\s.,;:!?])/u

/** A note in place of the message sends its reader to the HTML. */
const NOTE =
  /html|browser|online|web ?version|webversie|navegador|navigateur|navigatore|przegl[aą]dar|брауз|浏览器|ブラウザ|(?:mail|e-mail)[- ](?:program|client|reader)/iu
