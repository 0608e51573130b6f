/** `postern list`: shows and changes the allow and deny lists in the store of a running gateway. */
import { parseArgs } from 'node:util'
import { type ListEntry, type SenderLists, senderLists } from '../filters/index.ts'
import { type Duration, toMilliseconds } from '../model/units.ts'
import { CONFIG_DEFAULT } from './named-config.ts'
import type { Output } from './output.ts'
import { openSharedStore } from './shared-store.ts'
import { wrongAction } from './wrong-action.ts'

export const LIST_USAGE = `usage: postern list show [--for SCOPE] [--json] [--store STORE | --config FILE]
       postern list add SENDER [--deny] [--for SCOPE] [--enforced] [--unproven] [--expires DURATION]
                        [--author NAME] [--note TEXT] [--store STORE | --config FILE]
       postern list remove ID [--for SCOPE] [--store STORE | --config FILE]

Running gateways apply a change within five seconds.
  SENDER                192.0.2.0/24, bob@example.org, example.org, .example.org (all below it), or a domain behind
                        dmarc: (author), spf: (reverse-path), dkim: (signature) or host: (confirmed name of the client)
  --store STORE         the store of the gateway: the file of its SQLite database, or redis://HOST:PORT
  --config FILE         the configuration of the gateway, in place of --store
                        (${CONFIG_DEFAULT})
  --for SCOPE           the address of a recipient, or one of your domains (default: all recipients)
  --deny                refuse the sender (default: allow)
  --enforced            takes precedence over the lists of recipients
  --unproven            allow an address or a domain even if nothing proves it: forged mail is let in too
  --expires DURATION    such as 12h or 30d (default: never)
  --author NAME         who writes the entry (default: the user of the system)
  --note TEXT           why
  --json                one entry on each line, as JSON

exit status: 0 when done, 1 when there is no such entry, 2 when the command is wrong or the store cannot be asked`

/** @returns the exit status */
export async function listCommand(args: readonly string[], output: Output): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS })
  const [action, subject, ...rest] = positionals
  if (values.help) {
    output.out(LIST_USAGE)
    return 0
  }
  const isComplete = action === 'show' ? subject === undefined : subject !== undefined && rest.length === 0
  if (!isComplete || !['show', 'add', 'remove'].includes(action ?? '')) {
    output.error(wrongAction('postern list', action, { actions: ['show', 'add', 'remove'], usage: LIST_USAGE }))
    return 2
  }
  const { store, close } = await openSharedStore(values)
  try {
    return await ACTIONS[action as keyof typeof ACTIONS](senderLists({ store }), subject ?? '', values, output)
  } finally {
    await close()
  }
}

const OPTIONS = {
  store: { type: 'string' },
  config: { type: 'string' },
  for: { type: 'string' },
  deny: { type: 'boolean', default: false },
  enforced: { type: 'boolean', default: false },
  unproven: { type: 'boolean', default: false },
  expires: { type: 'string' },
  author: { type: 'string' },
  note: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values']
type Action = (lists: SenderLists, subject: string, values: Values, output: Output) => Promise<number>

const show: Action = async (lists, _subject, { for: scope, json }, { out }) => {
  for (const entry of await lists.entries(scope)) out(json ? JSON.stringify(entry) : lineOf(entry))
  return 0
}

const add: Action = async (lists, sender, values, { out }) => {
  const { for: scope, deny, enforced, unproven, expires, author = userName(), note } = values
  const entry = await lists.add({
    effect: deny ? 'deny' : 'allow',
    sender,
    ...(scope !== undefined && { scope }),
    ...(enforced && { enforced }),
    ...(unproven && { unproven }),
    ...(expires !== undefined && { expires: Date.now() + toMilliseconds(expires as Duration, '--expires') }),
    ...(author !== undefined && { author }),
    ...(note !== undefined && { note }),
  })
  out(lineOf(entry))
  return 0
}

const remove: Action = async (lists, id, { for: scope }, { out, error }) => {
  const isRemoved = await lists.remove(id, scope)
  if (isRemoved) out(`removed ${id}`)
  else error(`there is no entry ${id}; postern list show names all`)
  return isRemoved ? 0 : 1
}

const ACTIONS = { show, add, remove }

const userName = (): string | undefined => process.env.SUDO_USER ?? process.env.USER

/** `k3x9  allow  dmarc:example.org  for bob@example.net  until 2026-12-24  by bob: a customer` */
function lineOf({ id, effect, sender, scope, enforced, unproven, expires, author, note }: ListEntry): string {
  return [
    `${id}  ${effect.padEnd(5)}  ${sender}  for ${scope ?? 'all recipients'}`,
    ...(enforced ? ['enforced'] : []),
    ...(unproven ? ['even if unproven'] : []),
    ...(expires === undefined ? [] : [`until ${new Date(expires).toISOString()}`]),
    ...(author === undefined ? [] : [`by ${author}`]),
    ...(note === undefined ? [] : [`(${note})`]),
  ].join('  ')
}
