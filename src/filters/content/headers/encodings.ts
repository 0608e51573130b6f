/** Rules for how text is encoded: needlessly, so that filters cannot read it, or without a declaration. */
import { decodeWords } from '../../../mime/header/words.ts'
import type { Part } from '../../../mime/part.ts'
import type { HeaderFields } from '../../../model/header.ts'
import { quote } from '../../rules/quote.ts'
import type { Rule } from '../../rules/rule.ts'
import type { MessageView } from '../../rules/view.ts'

export const encodings = {
  'headers/encoded-letters': {
    group: 'encoding',
    fires:
      'The author, the subject or Reply-To has plain letters as “=XX”, which no mail program needs (RFC 2047 §4.2).',
    points: 1,
    find: ({ header }) => {
      const found = shownFields(header).find(value => encodedLetters(value) >= MIN_LETTERS)
      return found !== undefined && `plain letters are encoded as numbers: ${quote(found)}`
    },
  },
  'headers/needless-base64': {
    group: 'encoding',
    fires: 'The name of the author, the subject or Reply-To is encoded in base64 although it is plain ASCII.',
    points: 1,
    // Devices and scripts of small web sites encode whatever they are given.
    max: 1.5,
    find: ({ header }) => {
      const found = shownFields(header).find(isNeedlessBase64)
      return found !== undefined && `plain ASCII is encoded in base64: ${quote(decodeWords(found))}`
    },
  },
  'headers/undeclared-bytes': {
    group: 'encoding',
    fires:
      'At least two of these: bytes beyond ASCII in header fields without SMTPUTF8, in text that declares 7bit, in text without a charset.',
    points: 0.8,
    max: 1.5,
    find: ({ header, message, parts }) => {
      const texts = parts.all.filter(isShownText).slice(0, 20)
      const inHeader = !message.utf8 && header.defects.some(({ kind }) => kind === 'eight-bit')
      // Most messages cannot have two of them: their texts, of whatever length, are not searched.
      if (!inHeader && texts.every(({ charset, encoding }) => charset !== undefined || encoding === '7bit'))
        return undefined
      const where = [
        inHeader && 'in header fields',
        texts.some(declares7bit) && 'in text that declares 7bit',
        texts.some(hasNoCharset) && 'in text without a charset',
      ].filter(found => found !== false)
      return where.length >= 2 && `there are undeclared bytes beyond ASCII ${where.join(' and ')}`
    },
  },
} satisfies Readonly<Record<string, Rule<MessageView>>>

const MIN_LETTERS = 3
const MAX_FIELD = 2000

/** The fields that a person sees, where they have an encoded word. */
const shownFields = (header: HeaderFields): readonly string[] =>
  ['from', 'subject', 'reply-to'].flatMap(name => {
    const value = header.all(name)[0]?.value.slice(0, MAX_FIELD) ?? ''
    return value.includes('=?') ? [value] : []
  })

/** Charsets in which a byte of ASCII is one whole character. In others it can be half a character, or a shift. */
const SINGLE =
  /=\?(?:utf-8|us-ascii|iso-8859-\d{1,2}|windows-125\d|koi8-[ru])(?:\*[^?]{1,20})?\?([bq])\?([^?]{0,500})\?=/gi
const ANY = /=\?[^?\s]{1,64}\?[bq]\?/gi
const LETTER = /=(?:3\d|[46][1-9a-f]|[57][0-9a])/gi

function encodedLetters(value: string): number {
  let letters = 0
  for (const [, encoding = '', text = ''] of value.matchAll(SINGLE)) {
    if (encoding.toLowerCase() === 'q') letters += text.match(LETTER)?.length ?? 0
  }
  return letters
}

/** Whether every encoded word is in base64, and at least three letters of ASCII are all that they hold. */
function isNeedlessBase64(value: string): boolean {
  const words = [...value.matchAll(SINGLE)]
  if (words.length === 0 || words.length < (value.match(ANY)?.length ?? 0)) return false
  const texts = words.map(([, encoding = '', text = '']) =>
    encoding.toLowerCase() === 'b' ? Buffer.from(text, 'base64').toString('latin1') : '\xff',
  )
  const whole = texts.join('')
  return /^[ -~]*$/.test(whole) && !whole.includes('=?') && (whole.match(/[a-z]/gi)?.length ?? 0) >= MIN_LETTERS
}

const isShownText = ({ contentType, disposition, text, reading }: Part): boolean =>
  reading === undefined && contentType.startsWith('text/') && disposition !== 'attachment' && text !== undefined

/** Charsets that write all of their letters in bytes of ASCII. */
const SEVEN_BIT = /^(?:iso-2022-|utf-7|hz)/

/** Old programs declare nothing at all, which is honest. */
const declares7bit = ({ encoding, charset = '', text = '' }: Part): boolean =>
  encoding === '7bit' && !SEVEN_BIT.test(charset) && /[^\0-\x7f]/.test(text)

/** HTML may name its charset itself. ISO-2022 is recognised by its escape sequences. */
const hasNoCharset = ({ charset, contentType, encoding, text = '' }: Part): boolean =>
  charset === undefined &&
  encoding !== '' &&
  encoding !== '7bit' &&
  /[^\0-\x7f]/.test(text) &&
  !(contentType === 'text/html' && /charset\s*=/i.test(text.slice(0, 2000)))
