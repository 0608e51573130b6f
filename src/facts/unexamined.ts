/** `unexamined`: what was not examined of the message, and the bound that prevented it. */

import type { Part, PartDefect } from '../mime/part.ts'
import { type Fact, fact } from '../model/fact.ts'
import { lazyModule } from '../model/lazy.ts'
import type { Message } from '../model/stage.ts'
import { archives } from './archives.ts'
import { links } from './links.ts'
import { parts } from './parts.ts'
import { text } from './text.ts'

const charsets = lazyModule(() => import('../mime/decode/charsets.ts'))

/** One thing that was not examined. */
export interface Gap {
  /** A phrase for the operator: `parts beyond the first 1000`. */
  readonly what: string
  /** The bound: `too-many-parts`. */
  readonly bound: Bound
}

/** A bound that kept something from being examined. */
export type Bound =
  | Exclude<PartDefect, 'unclosed' | 'encrypted' | 'file-text-cut'>
  | 'html-cut'
  | 'links-cut'
  | 'files-cut'
  | 'archive'

/** Whether it hides nothing from the reader, or is read by those who read files. */
const isNoGap = (defect: PartDefect): defect is Exclude<PartDefect, Bound> =>
  defect === 'unclosed' || defect === 'encrypted' || defect === 'file-text-cut'

/** Empty for nearly every message: of 7,068 honest ones of public collections one exceeds a bound. */
export const unexamined: Fact<Message, readonly Gap[]> = fact('unexamined', 'message', async message => {
  const [{ all, defects }, seenText, seenLinks, seenFiles] = await Promise.all([
    message.ask(parts),
    message.ask(text),
    message.ask(links),
    message.ask(archives),
  ])
  const isUnread = defects.includes('unknown-charset') && all.some(hasOtherLetters((await charsets()).isCharset))
  const ofParts = defects.flatMap((defect): readonly Gap[] => {
    if (isNoGap(defect)) return []
    return defect === 'unknown-charset' && !isUnread ? [] : [{ what: WHAT[defect], bound: defect }]
  })
  const isTold = ofParts.some(({ bound }) => bound === 'text-cut' || bound === 'too-costly' || bound === 'busy')
  const ofFiles = seenFiles.files.flatMap(({ beyond, busy, names }): readonly Gap[] =>
    beyond === undefined ? [] : [{ what: `the file “${shown(names)}”: ${beyond}`, bound: busy ? 'busy' : 'archive' }],
  )
  return [
    ...ofParts,
    ...(seenText.cut && !isTold ? [HTML] : []),
    ...(seenLinks.cut && !seenText.cut ? [LINKS] : []),
    ...(seenFiles.cut ? [FILES] : []),
    ...ofFiles.slice(0, MAX_GAPS),
  ]
})

/** In an unknown charset, with other letters than those that all charsets of mail share. */
const hasOtherLetters =
  (isCharset: (label: string) => boolean) =>
  ({ text, charset = '' }: Part): boolean =>
    text !== undefined && /[^\x01-\x0d\x10-\x1a\x1c-\x7f]|~\{/.test(text) && !isCharset(charset)

/** The number of files that are named. */
const MAX_GAPS = 5

const HTML: Gap = { what: 'HTML beyond the first 512 KB, or texts beyond the first 500', bound: 'html-cut' }
const LINKS: Gap = { what: 'links beyond the first 1000, or in more redirectors than are followed', bound: 'links-cut' }
const FILES: Gap = { what: 'files beyond the first 500, or beyond the first 32 MB of one', bound: 'files-cut' }

const WHAT: Readonly<Record<Extract<PartDefect, Bound>, string>> = {
  'too-deep': 'parts that lie more than 100 deep in each other',
  'too-many-parts': 'parts beyond the first 1000, or the first 2000 where some are empty',
  'too-many-readings': 'other readings of parts that can be read in too many ways',
  'header-too-large': 'the fields of a part beyond the first 128 KB or the first 1000',
  'fields-cut': 'what the fields of a part say beyond what is read of them',
  'too-many-files': 'files inside a text beyond the first 20',
  'text-cut': 'text beyond the first megabyte',
  'unknown-encoding': 'a part in a transfer encoding that is not known',
  'unknown-charset': 'text in a charset that is not known',
  'too-costly': 'the parts of the message, which could not be read in the time and memory that a message may take',
  'compressed-cut': 'what is compressed as S/MIME, and is damaged or holds more than 8 MB',
  busy: 'the parts of the message, since no thread was free to read them',
}

/** The innermost names, cut and without unprintable characters. */
const shown = (names: readonly string[]): string =>
  names
    .filter(name => name !== '')
    .slice(-2)
    .map(name => name.slice(-60).replace(/[^ -~]/g, '?'))
    .join(' > ')
