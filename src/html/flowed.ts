/** Joins the lines of format=flowed text (RFC 3676) as mail programs show them. */

/** Linear; quoted lines are joined at the same depth only. */
export function unflow(text: string, delSp: boolean): string {
  const out: string[] = []
  let paragraph: string[] = []
  let depth = 0
  const flush = (): void => {
    if (paragraph.length > 0) out.push('>'.repeat(depth) + (depth > 0 ? ' ' : '') + paragraph.join(''))
    paragraph = []
  }
  for (const line of text.split(/\r?\n/)) {
    const quotes = quoteDepth(line)
    // §4.4: the sender adds a blank before a line that looks like a quote.
    const content = line.slice(quotes).replace(/^ /, '')
    if (quotes !== depth) flush()
    depth = quotes
    // §4.3: the separator of a signature is not flowed.
    const flows = content.endsWith(' ') && content !== '-- '
    paragraph.push(flows && delSp ? content.slice(0, -1) : content)
    if (!flows) flush()
  }
  flush()
  return out.join('\n')
}

/** Deeper quotes count as text. */
const MAX_DEPTH = 100

function quoteDepth(line: string): number {
  let depth = 0
  while (depth < MAX_DEPTH && line[depth] === '>') depth++
  return depth
}
