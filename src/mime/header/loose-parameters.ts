/** File names that lenient readers find in a field that does not follow RFC 2045 §5.1. */

/** A value, and parameters with a token or a quoted string each. All readers find the same in it. */
const REGULAR = /^[^;"()=]*(?:;[ \t]*[^=; \t"()]+[ \t]*=[ \t]*(?:"(?:[^"\\]|\\.)*"|[^;"() \t]*)[ \t]*)*(?:;[ \t]*)?$/
const NAME = /(?:file)?name["']?[ \t]{0,20}\*?(?:\d{1,3}\*?)?[ \t]{0,20}=[ \t]{0,20}/gi

/** Characters of a field that are searched, characters of a name, and the number of names. */
const [MAX_SEARCHED, MAX_LENGTH, MAX_NAMES] = [8192, 300, 12]

/** Empty for a regular field. Only names with an extension count: other words open no file. */
export function looseNames(field: string): readonly string[] {
  const value = field.slice(0, MAX_SEARCHED)
  if (!/name/i.test(value) || REGULAR.test(value)) return []
  const found = new Set<string>()
  for (const match of [...value.matchAll(NAME)].slice(0, MAX_NAMES)) {
    const start = match.index + match[0].length
    for (const name of readings(value.slice(start, start + MAX_LENGTH))) {
      const text = name.trim()
      if (/\.[a-z0-9-]{1,20}$/i.test(text)) found.add(text)
    }
  }
  return [...found]
}

/** The quoted string and what is attached to it, or the word up to each place where some reader ends it. */
function readings(rest: string): readonly string[] {
  const quote = rest[0] === '"' || rest[0] === "'" ? rest[0] : ''
  const inside = rest.slice(quote.length)
  const end = quote === '' ? -1 : inside.indexOf(quote)
  if (end < 0) return [upTo(inside, /;/), upTo(inside, /[\s;]/), upTo(inside, /[;(]/)]
  return [inside.slice(0, end), inside.slice(0, end) + upTo(inside.slice(end + 1), /;/)]
}

function upTo(text: string, stop: RegExp): string {
  const at = text.search(stop)
  return at < 0 ? text : text.slice(0, at)
}
