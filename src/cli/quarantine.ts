/** `postern quarantine`: lists, shows, releases and deletes what the relay holds. */
import { parseArgs } from 'node:util'
import { PosternError } from '../model/errors.ts'
import { escapeInvisible } from '../model/printable.ts'
import type { HeldEntry, ReleaserResult } from '../quarantine/index.ts'
import { loadOptions } from '../relay/config/load.ts'
import type { RelayOptions } from '../relay/config/options.ts'
import { type HeldDesk, openHeldDesk } from './held-desk.ts'
import { CONFIG_DEFAULT, requiredConfig } from './named-config.ts'
import type { Output } from './output.ts'
import { wrongAction } from './wrong-action.ts'

export const QUARANTINE_USAGE = `usage: postern quarantine list [--recipient ADDRESS] [--json] [--config FILE]
       postern quarantine show ID [--config FILE]
       postern quarantine release ID --recipient ADDRESS [--train] [--allow] [--why TEXT] [--config FILE]
       postern quarantine delete ID --recipient ADDRESS [--train] [--why TEXT] [--config FILE]
       postern quarantine undo ID --recipient ADDRESS [--why TEXT] [--config FILE]

  --config FILE         the configuration of the relay, with its quarantine
                        (${CONFIG_DEFAULT})
  --recipient ADDRESS   for whom
  --train               the filters learn that a released message was wanted, or that a deleted one was spam
  --allow               the sender is allowed for this recipient, as far as the message proves who it was
  --why TEXT            for the record
  --json                one entry on each line, as JSON

list shows the newest 500 messages that are held; show prints one as it was received; undo takes back what was learned, the
allow entry, and a deletion as long as the message is kept. exit status: 0 when done, 1 when there is no such message or it
was not delivered, 2 when the command is wrong or fails`

const OPTIONS = {
  config: { type: 'string' },
  recipient: { type: 'string' },
  why: { type: 'string' },
  train: { type: 'boolean', default: false },
  allow: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values']

/** @returns the exit status */
export async function quarantineCommand(args: readonly string[], output: Output): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS })
  const [action = '', id = '', ...rest] = positionals
  if (values.help) {
    output.out(QUARANTINE_USAGE)
    return 0
  }
  const isRight = action === 'list' ? id === '' : id !== '' && rest.length === 0
  if (!isRight || !Object.hasOwn(ACTIONS, action)) {
    const said = { actions: Object.keys(ACTIONS), usage: QUARANTINE_USAGE }
    output.error(wrongAction('postern quarantine', action, said))
    return 2
  }
  const desk = await openHeldDesk(await optionsIn(values.config))
  try {
    return await ACTIONS[action as keyof typeof ACTIONS](desk, id, values, output)
  } finally {
    await desk.close()
  }
}

async function optionsIn(file: string | undefined): Promise<RelayOptions> {
  const named = requiredConfig(file, 'the configuration of the relay')
  const { options } = await loadOptions({ args: ['--config', named], environment: process.env })
  if (options.quarantine === undefined) throw wrong('--config', named, 'a configuration with quarantine: { folder }')
  return options
}

type Action = (desk: HeldDesk, id: string, values: Values, output: Output) => Promise<number>

const list: Action = async ({ quarantine }, _id, { recipient, json }, { out, error }) => {
  const { entries } = await quarantine.list({ limit: 500, ...(recipient !== undefined && { recipient }) })
  for (const entry of entries) out(json ? JSON.stringify(entry) : lineOf(entry))
  if (entries.length === 0 && !json)
    error(recipient === undefined ? 'nothing is held' : `nothing is held for ${recipient}`)
  return 0
}

const show: Action = async ({ quarantine }, id, _values, { out, error }) => {
  if ((await quarantine.get(id)) === undefined) {
    error(`there is no message ${id}`)
    return 1
  }
  const parts: Buffer[] = []
  for await (const bytes of await quarantine.open(id)) parts.push(bytes as Buffer)
  // A terminal must not obey what a message holds.
  for (const line of Buffer.concat(parts).toString().split(/\r?\n/)) out(escapeInvisible(line))
  return 0
}

const release: Action = async (desk, id, values, output) => {
  const { train, allow } = values
  const releaser = await desk.releaser()
  return reported(await releaser.release({ ...actionOf(id, values), train, allow }), `released ${id}`, output)
}

const remove: Action = async (desk, id, values, output) => {
  const releaser = await desk.releaser()
  return reported(await releaser.delete({ ...actionOf(id, values), train: values.train }), `deleted ${id}`, output)
}

const undo: Action = async (desk, id, values, output) => {
  const releaser = await desk.releaser()
  return reported(await releaser.undo(actionOf(id, values)), `took back ${id}`, output)
}

const ACTIONS = { list, show, release, delete: remove, undo }

function actionOf(id: string, { recipient, why }: Values) {
  if (recipient === undefined) throw wrong('--recipient', undefined, 'the address for whom it is held')
  const by = process.env.SUDO_USER ?? process.env.USER ?? 'operator'
  return { id, recipient, by, role: 'admin', ...(why !== undefined && { why }) } as const
}

function reported(result: ReleaserResult, done: string, { out, error }: Output): number {
  if (result.kind === 'done') {
    const { trained, allowed, remarks } = result
    out(done)
    if (trained !== undefined) out(`the filters have learned it as ${trained}`)
    if (allowed !== undefined) out(`${allowed.sender} is allowed for ${allowed.scope}: entry ${allowed.id}`)
    for (const remark of remarks) out(remark)
    return 0
  }
  if (result.kind === 'unknown') error('there is no such message for this recipient; postern quarantine list names all')
  else if (result.kind === 'done-before') error(`nothing was done: it was ${result.state} before`)
  else error(result.reason)
  return 1
}

/** `2026-11-29 21:03  xK3…  spam        7.5  ann@example.com -> bob@example.org  An offer` */
function lineOf({ time, id, kind, score, from, reversePath, recipient, subject }: HeldEntry): string {
  const date = new Date(time).toISOString().slice(0, 16).replace('T', ' ')
  const whom = `${from ?? (reversePath || '<>')} -> ${recipient}`
  return escapeInvisible([date, id, kind.padEnd(10), score.toString().padStart(5), whom, subject ?? ''].join('  '))
}

const wrong = (path: string, found: unknown, expected: string): PosternError =>
  new PosternError([{ path, found, expected, remedy: `give ${path} ${expected}` }])
