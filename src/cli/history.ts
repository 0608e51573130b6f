/** `postern history`: gives out or removes what a history knows of an address. */
import { parseArgs } from 'node:util'
import { actionEvent, EventStream } from '../engine/events.ts'
import type { History } from '../history/index.ts'
import { Shortener } from '../history/privacy.ts'
import type { Action } from '../model/action-event.ts'
import { PosternError } from '../model/errors.ts'
import { emitWarning, systemClock } from '../model/services.ts'
import { loadOptions } from '../relay/config/load.ts'
import { openLogSinks } from '../relay/log-sinks.ts'
import { CONFIG_DEFAULT, namedConfig } from './named-config.ts'
import { openNamedHistory } from './named-history.ts'
import type { Output } from './output.ts'
import { wrongAction } from './wrong-action.ts'

export const HISTORY_USAGE = `usage: postern history export ADDRESS [--config FILE | --history DIR]
       postern history erase ADDRESS [--config FILE | --history DIR]

export prints every event that has ADDRESS as recipient, reverse-path or author, as JSON, one on each line. erase removes
these events; what others received of the same message stays, unless ADDRESS is its sender. Both write an event of the
type action. Held messages are not touched: postern quarantine list --recipient ADDRESS shows them.
  --config FILE   the configuration of the gateway, with log.history
                  (${CONFIG_DEFAULT})
  --history DIR   the folder of a history, in place of --config

exit status: 0 when done, 1 when nothing is known of ADDRESS, 2 when the command is wrong or fails`

const OPTIONS = {
  config: { type: 'string' },
  history: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const

/** @returns the exit status */
export async function historyCommand(args: readonly string[], output: Output): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS })
  const [action = '', address = '', ...rest] = positionals
  if (values.help) {
    output.out(HISTORY_USAGE)
    return 0
  }
  if (!Object.hasOwn(ACTIONS, action) || rest.length > 0 || !/^[^@\s]+@[^@\s]+$/.test(address)) {
    output.error(wrongAction('postern history', action, { actions: Object.keys(ACTIONS), usage: HISTORY_USAGE }))
    return 2
  }
  const desk = await openDesk(values.history, namedConfig(values.config))
  try {
    return await ACTIONS[action as keyof typeof ACTIONS](desk, address, output)
  } finally {
    await desk.close()
  }
}

interface HistoryDesk {
  readonly history: History
  readonly record: (action: Action) => void
  readonly close: () => Promise<void>
}

const exportAll = async (
  { history, record }: HistoryDesk,
  address: string,
  { out, error }: Output,
): Promise<number> => {
  let count = 0
  for await (const event of history.exported(address)) {
    out(JSON.stringify(event))
    count += 1
  }
  record(actionOf('export', address, count, 'events'))
  if (count === 0) error(`nothing is known of ${address}`)
  return count === 0 ? 1 : 0
}

const erase = async ({ history, record }: HistoryDesk, address: string, { out, error }: Output): Promise<number> => {
  const count = await history.erase(address)
  // What was to be forgotten is not written down anew.
  record(actionOf('erase', new Shortener(undefined).address(address), count, 'recipients'))
  if (count === 0) error(`nothing is known of ${address}`)
  else out(`removed ${count} recipients`)
  return count === 0 ? 1 : 0
}

const ACTIONS = { export: exportAll, erase }

const actionOf = (action: 'export' | 'erase', target: string, count: number, what: string): Action => ({
  ...{ action, target, ref: null, role: 'admin', result: 'done' },
  by: process.env.SUDO_USER ?? process.env.USER ?? 'operator',
  reason: `${count} ${what}`,
})

/** With a configuration the action goes where all events go, else into the history alone. */
async function openDesk(folder: string | undefined, config: string | undefined): Promise<HistoryDesk> {
  if (folder !== undefined || config === undefined) {
    const history = await openNamedHistory(folder, config)
    return { history, ...recorder([event => history.append([event])], 'command'), close: () => history.close() }
  }
  const { options } = await loadOptions({ args: ['--config', config], environment: process.env })
  const { history, targets, close } = await openLogSinks(options.log, 'command', emitWarning)
  if (history !== undefined) return { history, ...recorder(targets, `${options.name}/command`), close }
  await close()
  const expected = 'a configuration with log.history'
  throw new PosternError([{ path: '--config', found: config, expected, remedy: `give --config ${expected}` }])
}

function recorder(targets: ConstructorParameters<typeof EventStream>[0], node: string): Pick<HistoryDesk, 'record'> {
  const stream = new EventStream(targets, node, systemClock, { subject: 'off', key: '' })
  return { record: action => stream.write(actionEvent(action)) }
}
