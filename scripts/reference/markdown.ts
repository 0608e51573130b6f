/** Markdown that is made by programs: plain prose, tables, and lines of at most 120 characters. */

const WIDTH = 120

/** Prose of a doc comment: links as code, and nothing that a reader of Markdown would take for HTML. */
export function prose(text: string): string {
  return text
    .replace(/\{@link (?:postern!)?(\w+)[^}]*\}/g, '`$1`')
    .split(/(``[\s\S]*?``(?!`)|`[^`]*`)/)
    .map((part, index) => (index % 2 === 1 ? part : part.replaceAll('<', '&lt;').replaceAll('{{', '{ {')))
    .join('')
}

/** Code in a line of text. What has a backtick in it stands between two. */
export const codeSpan = (text: string): string => (text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``)

/** What a text says first. */
export const firstSentence = (text: string): string => /^[\s\S]*?[.?](?=\s|$)/.exec(text)?.[0] ?? text

/** A cell of a table: one line, with its bars escaped. */
export const cell = (text: string): string => prose(text).replace(/\s+/g, ' ').replaceAll('|', '\\|').trim()

/** A table. Without rows it is empty. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return ''
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(row => line(row.map(cell)))].join('\n')
}

/** A block of code. */
export const code = (language: string, text: string): string => `\`\`\`${language}\n${text.trim()}\n\`\`\``

/** Joins the blocks of a page, and wraps its prose. */
export function page(...blocks: readonly string[]): string {
  const given = blocks.filter(block => block.trim() !== '')
  return `${given.map(block => (isFixed(block) ? block.trim() : paragraphs(block))).join('\n\n')}\n`
}

const isFixed = (block: string): boolean => /^(?:#|\||```|- )/.test(block.trim())

const paragraphs = (block: string): string =>
  block
    .trim()
    .split(/\n\s*\n/)
    .map(part => (isFixed(part) ? part : wrap(part)))
    .join('\n\n')

/** Wraps a paragraph. A line never begins with a mark that would begin a list. */
export function wrap(text: string, width = WIDTH): string {
  const lines = ['']
  for (const word of text.trim().split(/\s+/)) {
    const line = lines.at(-1) ?? ''
    const fits = line === '' || line.length + 1 + word.length <= width || /^(?:[-+*]|>.*|#+|\|.*|\d+[.)])$/.test(word)
    if (fits) lines[lines.length - 1] = line === '' ? word : `${line} ${word}`
    else lines.push(word)
  }
  return lines.join('\n')
}
