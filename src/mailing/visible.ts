/**
 * Text of strangers, made safe to stand in a mail of ours: one line, bounded, without what hides or turns text around.
 */

/** Controls, bidi marks and overrides, invisible characters, and the separators of lines. */
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}]+/gu
/** What a reader makes a link of. */
const LINK_START = /(:\/\/|\bwww\.)(?=\S)/gi

/**
 * One line of at most `max` characters. What was left out is seen as `…`. A URL in it is broken by a blank, so that no
 * reader makes a link of it: a subject must not lead to where its writer wants.
 */
export function visible(text: string, max = 200): string {
  // Four times as much is looked at: a subject may begin with a thousand invisible characters.
  const line = text
    .slice(0, 4 * max)
    .replace(INVISIBLE, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  const characters = Array.from(line)
  const isCut = characters.length > max || text.length > 4 * max
  const short = isCut ? `${characters.slice(0, max - 1).join('')}…` : line
  return short.replace(LINK_START, '$1 ')
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text as it stands in HTML, between tags or in a quoted attribute. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, found => ENTITIES[found] ?? found)
