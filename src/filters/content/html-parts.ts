/** Compares the plain text and the HTML of an alternative by a sample of words. */
import type { TextSection } from '../../facts/text.ts'
import type { MessageView } from '../rules/view.ts'
import { solid } from './html-view.ts'

/** Characters of each part that are compared. */
const MAX_LENGTH = 30_000
/** Words that are taken from the plain text, at equal distances; fewer than the second number say too little. */
const [SAMPLES, MIN_SAMPLES] = [40, 15]
/** Visible characters of a plain text that is no short note. */
const MIN_PLAIN = 300

/** How many words were compared and found; undefined where the parts agree, or nothing can be said. */
export function partsDiffer({ text, parts }: MessageView): { compared: number; shared: number } | undefined {
  const [plain, html] = alternative(text.sections)
  if (!plain || !html || !isAlternative(plain, parts)) return undefined
  if (solid(plain.visible, MIN_PLAIN) < MIN_PLAIN || NOTE.test(plain.visible.slice(0, 3000))) return undefined
  const other = html.visible.slice(0, MAX_LENGTH).toLowerCase()
  const words = sample(plain.visible.slice(0, MAX_LENGTH).toLowerCase())
  const shared = words.filter(word => other.includes(word)).length
  return words.length >= MIN_SAMPLES && shared * 6 <= words.length ? { compared: words.length, shared } : undefined
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

/** Different words of five letters and more, without those of URLs. */
function sample(text: string): readonly string[] {
  const words = new Set<string>()
  for (let index = 0; index < SAMPLES; index++) {
    const at = Math.floor((text.length * index) / SAMPLES)
    const word = WORD.exec(text.slice(at, at + 200))?.[1]
    if (word !== undefined) words.add(word)
  }
  return [...words]
}

const WORD = /\s(\p{L}{5,30})(?=[\s.,;:!?])/u

/** A note in place of the message sends its reader to the HTML. */
const NOTE =
  /html|browser|online|web ?version|webversie|navegador|navigateur|navigatore|przegl[aą]dar|брауз|浏览器|ブラウザ|(?:mail|e-mail)[- ](?:program|client|reader)/iu
