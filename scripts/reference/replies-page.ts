/** The page of the replies: codes and texts are those of the source. */
import type { Status } from '../../src/model/finding.ts'
import { refusal } from '../../src/policy/reply.ts'
import { replies } from '../../src/smtp/replies.ts'
import { factsOf } from './filter-page.ts'
import { FILTERS } from './filters.ts'
import { page, table } from './markdown.ts'
import { sourceOf, sourcesIn } from './source.ts'

/** The content of docs/reference/replies.md. */
export function repliesPage(): string {
  return page(
    '# Replies and status codes',
    `A reply has a code (RFC 5321), an enhanced status code (RFC 3463) and a text, and every refusal ends with
    \`ref=\` and a reference of eight characters: \`550 5.7.1 Refused by policy ref=7K2Q9F0D\`. The reference finds the
    message in the log, in \`postern trace\` and in the console. The text never says which filter has refused: the reason
    of a finding is for the operator. Codes do not change within a major version; texts may.`,
    `4xx asks the client to try again, and 5xx is final. 421, 521 and 554 at the connection close it. This page is made
    from the code by \`npm run reference\`.`,
    '## Decisions',
    `A filter names the status, and the policy refuses with this reply. A filter may set another text. Where the policy
    refuses for the score, the status is 5.7.1. Content rules whose option is \`'reject'\` refuse with 5.7.1 too, and
    \`loadControl\` defers with 4.3.2.`,
    table(
      ['status', 'code', 'at connect', 'text', 'filters'],
      statuses().map(status => {
        const { code, text } = refusal(status, 'rcpt', '')
        const early = refusal(status, 'connect', '')
        return [status, String(code), String(early.code), text.replace(/ ref=$/, ''), filtersWith(status)]
      }),
    ),
    '## The SMTP server',
    `These replies come from postern's own SMTP server before a filter is asked, in \`postern serve\` and
    \`postern/smtp\`. Another mail server has its own.`,
    table(
      ['code', 'status', 'text'],
      Object.values(replies)
        .map(split)
        .toSorted((a, b) => a.join(' ').localeCompare(b.join(' '))),
    ),
    '## Delivery',
    `The gateway program delivers before it replies, so a client gets the reply of the next server where there is one.
    These are its own, where it has none to pass on. [Delivery](delivery.md) explains when each is sent.`,
    table(['code', 'status', 'text'], deliveryReplies()),
  )
}

/** The statuses of the table of texts, and those that filters use beside it. */
function statuses(): readonly Status[] {
  const named = [...sourceOf('src/policy/reply.ts').matchAll(/'([45]\.\d{1,3}\.\d{1,3})'/g)].map(([, status]) => status)
  const used = sourcesIn('src/filters').flatMap(file =>
    [...sourceOf(file).matchAll(/'([45]\.\d{1,3}\.\d{1,3})'/g)].map(([, status]) => status),
  )
  const parts = (status: string): readonly number[] => status.split('.').map(Number)
  return ([...new Set([...named, ...used])] as Status[]).toSorted((one, other) => {
    const [a, b] = [parts(one), parts(other)]
    const at = a.findIndex((part, index) => part !== b[index])
    return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0)
  })
}

/** The filters whose own files name a status. */
function filtersWith(status: string): string {
  const found = Object.keys(FILTERS).filter(factory => sourceOf(factsOf(factory).source.file).includes(`'${status}'`))
  return found.map(name => `[\`${name}\`](filters/${factsOf(name).filter.name}.md)`).join(', ')
}

const split = (line: string): readonly string[] => {
  const [code = '', status = '', ...text] = line.split(' ')
  return [
    code,
    /^\d\.\d+\.\d+$/.test(status) ? status : '',
    /^\d\./.test(status) ? text.join(' ') : [status, ...text].join(' '),
  ]
}

/** What the delivery replies by itself. */
function deliveryReplies(): readonly (readonly string[])[] {
  const written = /code: (\d{3}), status: '([\d.]+)'[^}'`]*(?:\},\s*)?text:\s*'([^']+)'/g
  const found = sourcesIn('src/relay/delivery').flatMap(file =>
    Array.from(sourceOf(file).matchAll(written), ([, code = '', status = '', text = '']) => [code, status, text]),
  )
  const unique = new Map(found.map(row => [row.join(' '), row]))
  return [...unique.values()].toSorted((a, b) => a.join(' ').localeCompare(b.join(' ')))
}
