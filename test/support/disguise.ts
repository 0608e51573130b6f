/** Ways to write a constant text in a script, as attackers do, and a random combination of them. */
import { fc } from './property.ts'

/** Writes a text as an expression of JavaScript. */
export type Disguise = (text: string) => string

const quoted = (text: string): string => `'${text.replace(/[\\']/g, char => `\\${char}`)}'`
const hex = (code: number, length: number): string => code.toString(16).padStart(length, '0')
const escapes =
  (write: (code: number) => string): Disguise =>
  text =>
    `"${[...text].map(char => write(char.charCodeAt(0))).join('')}"`

/** Each by its name. All are constants for a program that reads from the left to the right. */
export const disguises: Readonly<Record<string, Disguise>> = {
  pieces: text => [...text].map(quoted).join('+'),
  'pieces in brackets': text => `(${quoted(text.slice(0, 2))}+(${quoted(text.slice(2))}))`,
  'escapes in hex': escapes(code => `\\x${hex(code, 2)}`),
  'escapes of Unicode': escapes(code => `\\u${hex(code, 4)}`),
  'escapes with braces': escapes(code => `\\u{${hex(code, 2)}}`),
  'escapes in octal': escapes(code => `\\${code.toString(8).padStart(3, '0')}`),
  'a list': text => `[${[...text].map(quoted).join(',')}].join('')`,
  'a list from behind': text => `[${[...text].reverse().map(quoted).join(', ')}].reverse().join("")`,
  'a text from behind': text => `${quoted([...text].reverse().join(''))}.split('').reverse().join('')`,
  'methods in brackets': text => `${quoted([...text].reverse().join(''))}['split']('')['reverse']()['join']('')`,
  'character codes': text => `String.fromCharCode(${[...text].map(char => char.charCodeAt(0)).join(',')})`,
  'computed codes': text => `String.fromCharCode(${[...text].map(char => `${char.charCodeAt(0) + 7}-7`).join(',')})`,
  base64: text => `atob('${Buffer.from(text).toString('base64')}')`,
  'per cent': text => `unescape('${[...text].map(char => `%${hex(char.charCodeAt(0), 2)}`).join('')}')`,
  'per cent in UTF-8': text =>
    `decodeURIComponent("${[...text].map(char => `%${hex(char.charCodeAt(0), 2)}`).join('')}")`,
  padding: text => `${quoted([...text].join('#@'))}.replace(/#@/g,'')`,
  'more padding': text => `${quoted([...text].join('~'))}.replaceAll('~', '')`,
  'split padding': text => `${quoted([...text].join('|'))}.split('|').join('')`,
  templates: text => `\`${[...text].map(char => `\${${quoted(char)}}`).join('')}\``,
}

/** Pieces of the text, each disguised, put together. */
export const anyDisguise: fc.Arbitrary<Disguise> = fc
  .array(fc.constantFrom(...Object.values(disguises)), { minLength: 1, maxLength: 4 })
  .map(
    ways => text =>
      ways
        .map((way, index) => {
          const length = Math.ceil(text.length / ways.length)
          return way(text.slice(index * length, (index + 1) * length) || '')
        })
        .join(' + '),
  )
