/** The text of a page in lines of characters with their colours, as it is displayed. */
import type { Cell, Line } from './text.ts'
import type { Box } from './tree.ts'

/** Elements that begin and end a line. */
const BLOCKS: ReadonlySet<string> = new Set(
  'address article aside blockquote body center dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table tbody td th tr ul'.split(
    ' ',
  ),
)
/** Elements whose texts stand beside each other in a line, though they are blocks. */
const CELLS: ReadonlySet<string> = new Set(['td', 'th'])

export function linesOf(root: Box): readonly Line[] {
  const lines: Cell[][] = [[]]
  const endLine = (): void => {
    if (lines.at(-1)?.length !== 0) lines.push([])
  }
  const visit = (box: Box): void => {
    const { name, text, ink, paper, children, style } = box
    if (name === '') {
      for (const [index, part] of (box.isPreformatted
        ? text.split(/\r\n?|\n/)
        : [text.replace(/[\r\n]+[ \t]*/g, '')]
      ).entries()) {
        if (index > 0) endLine()
        const line = lines.at(-1)
        for (const character of part) line?.push({ code: character.codePointAt(0) ?? 0, ink, paper })
      }
      return
    }
    if (style.get('display') === 'none') return
    const isBlock = BLOCKS.has(name) && !CELLS.has(name) && style.get('display')?.startsWith('inline') !== true
    if (isBlock || name === 'br' || style.get('display') === 'block') endLine()
    for (const child of children) visit(child)
    if (isBlock || style.get('display') === 'block') endLine()
  }
  visit(root)
  return lines
}
