/** The page of the adapters: what each can express, and its options. */

import { haraka } from '../../src/adapters/haraka/index.ts'
import { milter } from '../../src/adapters/milter/index.ts'
import { policyService } from '../../src/adapters/postfix-policy/index.ts'
import { rspamd } from '../../src/adapters/rspamd/index.ts'
import { guard, protect } from '../../src/adapters/smtp-server/index.ts'
import { hooks, serve } from '../../src/adapters/stalwart/index.ts'
import { webhook } from '../../src/adapters/webhook/index.ts'
import { type Gateway, postern } from '../../src/index.ts'
import type { Factory } from './ask.ts'
import { code, page, prose, table } from './markdown.ts'
import { optionBlocks } from './options-table.ts'
import { functionIn } from './source.ts'

interface AdapterEntry {
  readonly name: string
  readonly module: string
  readonly file: string
  readonly type: string
  readonly make: (gateway: Gateway) => Factory
  /** What a host that is not ours cannot do, or does itself. */
  readonly limits: string
}

const ADAPTERS: readonly AdapterEntry[] = [
  {
    name: 'milter',
    module: 'postern/milter',
    file: 'src/adapters/milter/server.ts',
    type: 'MilterOptions',
    make: gateway => options => milter(gateway, options),
    limits: `Postfix answers bare line ends, NULs and its own restrictions before it asks. Its positive replies are its own.
    The events have no deliveries: Postfix reports none to a milter.`,
  },
  {
    name: 'policyService',
    module: 'postern/postfix-policy',
    file: 'src/adapters/postfix-policy/server.ts',
    type: 'PolicyServiceOptions',
    make: gateway => options => policyService(gateway, options),
    limits: 'Filters of the stages `header` and `message` never run. The header field is the only change.',
  },
  {
    name: 'haraka',
    module: 'postern/haraka',
    file: 'src/adapters/haraka/plugin.ts',
    type: 'HarakaOptions',
    make: gateway => options => haraka(gateway, options),
    limits: `Haraka keeps header fields as text and cuts lines at 992 bytes, so signatures over bytes that are not UTF-8,
    or over longer lines, fail.`,
  },
  {
    name: 'rspamd',
    module: 'postern/rspamd',
    file: 'src/adapters/rspamd/server.ts',
    type: 'RspamdOptions',
    make: gateway => options => rspamd(gateway, options),
    limits: `The client asks once, with the whole message, so nothing is refused before DATA. Tag and quarantine are both
    the action \`add header\`. The client decides what it does with the action.`,
  },
  {
    name: 'hooks',
    module: 'postern/stalwart',
    file: 'src/adapters/stalwart/handler.ts',
    type: 'HooksOptions',
    make: gateway => options => hooks(gateway, options),
    limits: `JSON cannot carry bytes that are not UTF-8. Stalwart does not say when a client has left: a session ends six
    minutes after its last call. The tests send the calls that Stalwart's source describes, not Stalwart itself.`,
  },
  {
    name: 'webhook',
    module: 'postern/webhook',
    file: 'src/adapters/webhook/handler.ts',
    type: 'WebhookOptions',
    make: gateway => options => webhook(gateway, options),
    limits: `The cloud service has accepted the message already: a refusal makes it stop trying, and no client reads the
    reply. Without the client's address no filter judges it.`,
  },
]

const YES = 'yes'
const HEAD = [
  '',
  'refuses before DATA',
  'own code and text',
  'quarantine',
  'header fields',
  'one recipient',
  'deliveries',
]
const EXPRESSES: readonly (readonly string[])[] = [
  ['`postern serve`, `smtpServer`', YES, YES, 'held, or delivered elsewhere', 'added and removed', YES, YES],
  ['`guard`, `protect`', YES, YES, '`session.postern.quarantine`, `deliver`', 'added and removed', YES, YES],
  ['`milter`', YES, YES, 'the hold queue', 'added and removed', 'removed after DATA', 'no'],
  ['`policyService`', YES, YES, 'no', '`X-Spam-Status` added', 'refused at RCPT', 'no'],
  ['`haraka`', YES, YES, '`notes.quarantine`', 'added and removed', 'refused at RCPT', YES],
  ['`rspamd`', 'no', 'the client decides', 'the action `add header`', 'the client adds them', 'no', 'no'],
  ['`hooks`', YES, YES, 'the action `quarantine`', 'added and removed', 'removed after DATA', 'no'],
  ['`webhook`', 'no', 'a status of HTTP', 'in `deliver`', 'in `deliver`', 'in `deliver`', 'no'],
]

/** The content of docs/reference/adapters.md. */
export async function adaptersPage(): Promise<string> {
  const gateway = postern({ filters: [] })
  const blocks = ADAPTERS.flatMap(entry => blocksOf(entry, gateway))
  const serveOptions = optionBlocks({
    make: options => serve(async () => new Response(), options),
    type: 'ServeOptions',
    file: SERVE,
  })
  await gateway.close()
  return page(
    '# Adapters',
    `An adapter lets a host drive a session with SMTP's own commands. It decides nothing: the same filters find the same
    for every host, as far as the host says what its client has sent. This page says what each host can express, with the
    options of the adapter. It is made by \`npm run reference\`.`,
    table(HEAD, EXPRESSES),
    `"One recipient" says what becomes of a recipient that is refused alone. "Deliveries" says whether the events have a
    \`delivery\` for each recipient. [decisions/016](../../decisions/016-adapters.md) has what an adapter costs.`,
    '## guard and protect',
    `Exported by \`postern/smtp-server\`. ${prose(functionIn(GUARD, guard.name).doc.text)}`,
    prose(functionIn(PROTECT, protect.name).doc.text),
    '[Embed in smtp-server](../start/embed.md) shows both, and [the API](api/smtp-server.md) has their options.',
    '## smtpServer',
    `Exported by \`postern/smtp\`, and the server of \`postern serve\`. ${prose(functionIn('src/smtp/server.ts', 'smtpServer').doc.text)}`,
    '[The API](api/smtp.md) has its options, and [delivery](delivery.md) says what becomes of an accepted message.',
    ...blocks,
    '## serve',
    `Exported by \`postern/stalwart\` and \`postern/webhook\`, for handlers. ${prose(functionIn(SERVE, 'serve').doc.text)}`,
    ...serveOptions,
    '## See also',
    '[With Postfix](../start/postfix.md) · [with Haraka](../start/haraka.md) · [replies](replies.md) · [events](events.md)',
  )
}

const GUARD = 'src/adapters/smtp-server/guard.ts'
const PROTECT = 'src/adapters/smtp-server/protect.ts'
const SERVE = 'src/adapters/shared/web/serve.ts'

function blocksOf({ name, module, file, type, make, limits }: AdapterEntry, gateway: Gateway): readonly string[] {
  const { doc } = functionIn(file, name)
  return [
    `## ${name}`,
    `Exported by \`${module}\`. ${prose(doc.text)}`,
    `What it does not do: ${limits}`,
    ...optionBlocks({ make: make(gateway), type, file }),
    ...(doc.example === undefined ? [] : [code('typescript', doc.example)]),
  ]
}
