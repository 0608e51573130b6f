/** The rows of the README's table that `npm run bench:peers` writes, from its tables. */
import type { Table } from './table.ts'

/** @returns for each row what is measured and the figure */
export function readmeRows(tables: readonly Table[]): readonly (readonly string[])[] {
  const [accepted, refused, cold, scanners] = ['An accepted', 'A refused', 'The first message', '`POST /checkv2`'].map(
    title => tables.find(table => table.title.startsWith(title)),
  )
  if (!accepted || !refused || !cold || !scanners)
    throw new Error('these rows need the figures accept, refuse, cold, scanners')
  const kinds = accepted.head.slice(1)
  return [
    ...['text and HTML, 5 KB', 'newsletter, 50 KB'].map(kind => acceptedRow(accepted, kind, 1 + kinds.indexOf(kind))),
    ['a client on the operator’s list, times a bare `net.Server`', cells(refused, 'guard: first example')[2] ?? ''],
    [
      'first message of an organisation at 50 ms DNS, ms beyond smtp-server',
      of(cold, 1, ['guard: first example', 'smtp-server + mailauth']),
    ],
    ['`POST /checkv2`, times Rspamd', cells(scanners, 'postern/rspamd: content rules')[2] ?? ''],
  ]
}

const cells = ({ title, rows }: Table, name: string): readonly string[] => {
  const found = rows.find(([first]) => first === name)
  if (!found) throw new Error(`the table “${title}” has no row ${name}`)
  return found
}

const of = (table: Table, column: number, names: readonly string[]): string =>
  names.map(name => `${name.replace(/: /, ', ')} ${cells(table, name)[column]}`).join(' · ')

/** The ratio is the part in brackets. */
function acceptedRow(table: Table, kind: string, column: number): readonly string[] {
  const ratio = (name: string): string => /\((.*)\)/.exec(cells(table, name)[column] ?? '')?.[1] ?? ''
  const names = ['guard: recommended', 'postern/smtp: recommended', 'Haraka, its usual filters']
  return [
    `${kind}: CPU a message, times Haraka without filters`,
    names.map(name => `${name.replace(/: /, ', ')} ${ratio(name)}`).join(' · '),
  ]
}
