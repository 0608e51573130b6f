/**
 * Modern mail as a gateway sees it, for the classifier: what receivers, lists and collectors added is taken away,
 * redactions are replaced, and the sets are spread evenly over the stream, each in its own order of delivery.
 */
import { hash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Label } from '../src/model/feedback.ts'

export interface ModernMail {
  readonly label: Label
  readonly set: string
  readonly part: 'train' | 'validation'
  readonly bytes: Buffer
}

const folder = join(tmpdir(), 'postern-data', 'modern')

/** Every `step`-th message of the train and validation parts; the test part is left out. */
export function modernMail(step = 1): readonly ModernMail[] {
  const [, ...lines] = readFileSync(join(folder, 'index.tsv'), 'utf8').trim().split('\n')
  const rows = lines.map(line => {
    const [set = '', file = '', label = '', date = '', , group = ''] = line.split('\t')
    return { set, file, label: label === 'ham' ? ('ham' as const) : ('spam' as const), date, group }
  })
  return (['train', 'validation'] as const).flatMap(part => {
    const chosen = rows.filter(row => partOf(row) === part).filter((_, index) => index % step === 0)
    return interleaved(chosen).map(({ set, file, label }) => ({ label, set, part, bytes: presented(set, file) }))
  })
}

interface Row {
  readonly set: string
  readonly file: string
  readonly label: Label
  readonly date: string
  readonly group: string
}

/** The parts of the sets; see the data's description. */
export function partOf({ set, file, date, group }: Row): 'train' | 'validation' | 'test' {
  if (set === 'phishing-pot') return date < '2023-07-01' ? 'train' : date < '2024-01-01' ? 'validation' : 'test'
  if (set === 'lists') {
    if (/^lists\/(?:ltp|dm-devel)\//.test(file)) return 'train'
    return file.startsWith('lists/linux-cifs/') ? 'validation' : 'test'
  }
  const digit = Number.parseInt(hash('sha1', group).slice(0, 1), 16)
  return digit < 8 ? 'train' : digit < 12 ? 'validation' : 'test'
}

/** Each set in order of delivery, and all sets spread evenly from the first message to the last. */
function interleaved(rows: readonly Row[]): readonly Row[] {
  const sets = Map.groupBy(rows, ({ set }) => set)
  const placed = [...sets.values()].flatMap(list =>
    list
      .toSorted((a, b) => (`${a.date} ${a.file}` < `${b.date} ${b.file}` ? -1 : 1))
      .map((row, index) => ({ row, place: (index + 0.5) / list.length })),
  )
  return placed.toSorted((a, b) => a.place - b.place).map(({ row }) => row)
}

/** Fields that receivers, lists, archives and collectors add. */
const ADDED =
  /^(?:received|return-path|delivered-to|authentication-results.*|received-spf|arc-.*|list-.*|mailing-list|x-.*|sender|errors-to|precedence|archived-at|reply-to-list|content-length|lines|status|envelope-to|original-.*|feedback-id|require-recipient-valid-since)$/i

const USER = 'user@example.org'

/** The message as its sender would have written it to one of our users. */
function presented(set: string, file: string): Buffer {
  const path = join(folder, file)
  const raw = readFileSync(existsSync(path) ? path : join(folder, set, file))
    .toString('latin1')
    .replace(/\r\n|\r|\n/g, '\r\n')
  const end = Math.max(raw.indexOf('\r\n\r\n'), 0)
  const token = hash('sha1', file)
  const fields = raw
    .slice(0, end)
    .split(/\r\n(?![ \t])/)
    .filter(field => !ADDED.test(field.slice(0, Math.max(field.indexOf(':'), 0)).trim()))
    .map(field => rewritten(field, token))
    .filter(field => field !== '')
  const body = withoutFooter(raw.slice(end + 4)).replaceAll('phishing@pot', USER)
  return Buffer.from(`${fields.join('\r\n')}\r\n\r\n${body}`, 'latin1')
}

const REDACTED = /\[removed\]|phishing@pot/i

function rewritten(field: string, token: string): string {
  const name = field.slice(0, field.indexOf(':')).toLowerCase()
  switch (name) {
    case 'to':
      return `${field.slice(0, 2)}: ${USER}`
    case 'cc':
    case 'bcc':
      return ''
    case 'dkim-signature':
      // A list signs anew, a forwarder too: who signed first is not known of every set.
      return ''
    case 'message-id':
      return /\[removed\]|prod\.outlook\.com/i.test(field) ? '' : field
    case 'from':
      return REDACTED.test(field) ? `From: ${token.slice(0, 6)}@${domainOf(token)}` : field
    case 'date':
      // The sets are of different years.
      return field.replace(/\b20[0-2]\d\b/, '2024')
    case 'subject':
      return field
        .replace(/\[(?:ltp|dm-devel|linux-cifs|kasan-dev|cip-testing-results)\] ?/i, '')
        .replaceAll('phishing@pot', USER)
    default:
      return REDACTED.test(field)
        ? field.replaceAll(/\[removed\]|phishing@pot/gi, `${token.slice(0, 6)}@example.org`)
        : field
  }
}

const NAMES = ['harbour', 'linden', 'meadow', 'quarry', 'orchard', 'willow', 'granite', 'copper', 'maple', 'juniper']

/** An ordinary domain for an author whose address was redacted. */
const domainOf = (token: string): string => {
  const [one = 0, two = 0, three = 0] = [6, 8, 10].map(at => Number.parseInt(token.slice(at, at + 2), 16))
  return `${NAMES[one % 10]}${NAMES[two % 10]}.${['com', 'net', 'org'][three % 3]}`
}

/** Lists put these below each message. */
const FOOTERS = [
  /\r\n--\r\nYou received this message because you are subscribed to the Google Groups[\s\S]*$/,
  /\r\n-- \r\nMailing list info: [\s\S]*$/,
  /\r\n--\r\ndm-devel mailing list[\s\S]*$/,
  /\r\n-(?:=3D)?=-(?:=3D)?=[\s\S]{0,2000}Group Owner[\s\S]*$/,
]

function withoutFooter(body: string): string {
  let cut = body
  for (const footer of FOOTERS) cut = cut.replace(footer, '\r\n')
  return cut
}
