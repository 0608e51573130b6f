/** Tables in Markdown, for a terminal and for the documents that the figures are written into. */
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'

export interface Table {
  readonly title: string
  /** The first column names what is measured. */
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
  /** What a reader must know to read it. */
  readonly note?: string
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`

/** Prose in lines of at most 118 characters. */
export function wrapped(text: string): string {
  const lines = ['']
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? ''
    if (line !== '' && line.length + 1 + word.length > 118) lines.push(word)
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`
  }
  return lines.join('\n')
}

export const markdown = ({ title, head, rows, note }: Table): string =>
  [
    `### ${title}`,
    '',
    row(head),
    row(head.map(() => '---')),
    ...rows.map(row),
    ...(note === undefined ? [] : ['', wrapped(note)]),
    '',
  ].join('\n')

/** How busy the machine is while it measures: figures of a busy one are ratios only. */
export function machine(): string {
  const [minute = 0] = loadavg()
  return `Node ${process.versions.node}, ${cpus().length} cores, a load of ${minute.toFixed(1)} over the last minute`
}

/** Puts `text` between the two comments that name `block`. @throws Error when the file has no such comments */
export function writeBlock(file: string, block: string, text: string): void {
  const [start, end] = [`<!-- ${block}: begin -->`, `<!-- ${block}: end -->`]
  const before = readFileSync(file, 'utf8')
  const [from, to] = [before.indexOf(start), before.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`${file} has no ${start} followed by ${end}`)
  writeFileSync(file, `${before.slice(0, from + start.length)}\n${text.trim()}\n${before.slice(to)}`)
}

/** Writes the rows of the table of a document whose last cell names `command` anew, where the first of them stands. */
export function writeRows(file: string, command: string, rows: readonly (readonly string[])[]): void {
  const lines = readFileSync(file, 'utf8').split('\n')
  const isOld = (line: string): boolean => line.startsWith('|') && line.endsWith(`| \`${command}\` |`)
  const at = lines.findIndex(isOld)
  if (at < 0) throw new Error(`${file} has no row of a table that ends with \`${command}\``)
  const kept = lines.filter(line => !isOld(line))
  kept.splice(at, 0, ...rows.map(cells => row([...cells, `\`${command}\``])))
  writeFileSync(file, kept.join('\n'))
}
