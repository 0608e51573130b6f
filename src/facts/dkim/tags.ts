/** Parses a tag-list, the syntax of signatures and of key records (RFC 6376 §3.2). */

/** One tag. */
interface Tag {
  /** Without the white space around it. */
  readonly value: string
  /** Where the value begins in the text, white space included. */
  readonly start: number
  /** Where the value ends in the text: at the semicolon, or the end. */
  readonly end: number
}

/** Tags by name, in the order of the list. */
export type Tags = ReadonlyMap<string, Tag>

/** The text is not a tag-list. */
export interface Malformed {
  /** What is wrong; follows a subject such as "the signature". */
  readonly malformed: string
}

const TAG_NAME = /^[A-Za-z][A-Za-z0-9_]*$/
const CONTROL = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/

/** Names are case-sensitive. A name that occurs twice makes the whole list invalid, and so does any stray character. */
export function readTags(text: string): Tags | Malformed {
  if (CONTROL.test(text)) return { malformed: 'holds a control character' }
  const tags = new Map<string, Tag>()
  for (let from = 0; from < text.length; ) {
    const semicolon = text.indexOf(';', from)
    const end = semicolon < 0 ? text.length : semicolon
    const equals = text.indexOf('=', from)
    if (equals < 0 || equals > end) {
      if (semicolon < 0 && tags.size > 0 && trim(text.slice(from, end)) === '') break
      return { malformed: 'has a part that is not tag=value' }
    }
    const name = trim(text.slice(from, equals))
    if (!TAG_NAME.test(name)) return { malformed: 'has a tag whose name is not letters, digits and underscores' }
    if (tags.has(name)) return { malformed: `has two ${name.slice(0, 20)}= tags` }
    tags.set(name, { value: trim(text.slice(equals + 1, end)), start: equals + 1, end })
    from = end + 1
  }
  return tags.size > 0 ? tags : { malformed: 'is empty' }
}

/** The entries of a colon-separated value, in lower case, without the white space around them. */
export const listOf = (value: string): readonly string[] => value.split(':').map(entry => trim(entry).toLowerCase())

/** Removes white space, which may occur anywhere in base64 (RFC 6376 §3.5). */
export const withoutSpace = (value: string): string => value.replace(/[ \t\r\n]+/g, '')

// A loop, because a regular expression for trailing spaces would be quadratic in inner spaces.
function trim(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isSpace(text.charCodeAt(start))) start += 1
  while (end > start && isSpace(text.charCodeAt(end - 1))) end -= 1
  return end - start === text.length ? text : text.slice(start, end)
}

const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13)
