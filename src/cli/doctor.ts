/** `postern doctor`: checks a deployment, and says what to do. */
import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { resolver } from '../dns/index.ts'
import { runChecks } from '../doctor/run.ts'
import type { CheckResult, CheckStatus } from '../doctor/types.ts'
import { errorText, PosternError } from '../model/errors.ts'
import { escapeInvisible } from '../model/printable.ts'
import { emitWarning } from '../model/services.ts'
import { checksOf } from '../relay/checks/checks.ts'
import { loadOptions } from '../relay/config/load.ts'
import type { RelayOptions } from '../relay/config/options.ts'
import { systemResolver } from '../relay/name-servers.ts'
import { connectStore } from '../relay/stores.ts'
import { CONFIG_DEFAULT, withConfig } from './named-config.ts'
import type { Output } from './output.ts'

export const DOCTOR_USAGE = `usage: postern doctor [--config FILE] [--check NAME ...] [--json]

  --config FILE   the configuration of the relay (${CONFIG_DEFAULT},
                  else the defaults of postern serve)
  --check NAME    only this check, such as certificate; may be given several times (default: all)
  --json          one result on each line, as JSON

doctor looks at the deployment of a relay from this machine: DNS, certificates, services, next hops, disks. It changes
nothing, and sends no message. docs/guides/doctor.md describes each check. Run it as the user of the relay.
exit status: 0 when all is right, 1 when something is to be looked at or is not known, 2 when something fails, 3 when the
command is wrong`

const OPTIONS = {
  config: { type: 'string' },
  check: { type: 'string', multiple: true },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const

const WRONG = 3

/** @returns the exit status */
export async function doctorCommand(args: readonly string[], { out, error }: Output): Promise<number> {
  try {
    const { values } = parseArgs({ args: [...args], options: OPTIONS })
    if (values.help) {
      out(DOCTOR_USAGE)
      return 0
    }
    const given = values.config === undefined ? [] : ['--config', values.config]
    const { options } = await loadOptions({ args: withConfig(given), environment: process.env })
    const results = await examine(options, values.check ?? [])
    for (const line of values.json ? results.map(result => JSON.stringify(result)) : linesOf(results)) out(line)
    return exitCode(results)
  } catch (cause) {
    error(`postern: ${errorText(cause)}`)
    return WRONG
  }
}

async function examine(options: RelayOptions, wanted: readonly string[]): Promise<readonly CheckResult[]> {
  const system = systemResolver(() => undefined, emitWarning)
  const own = options.dns.length > 0 ? options.dns : undefined
  const { store } = options
  try {
    const checks = checksOf({
      ...{ options, dns: own ? resolver({ servers: own }) : system.dns, servers: own ?? system.servers() },
      ...(store !== 'memory' && {
        openStore: async () => {
          // To open a file would make it, and it would belong to the user of this command.
          if ('file' in store && !existsSync(store.file)) throw new Error('there is no such file')
          const opened = await connectStore(store, emitWarning)
          const close = async () => {
            await opened.store.close?.()
            await opened.close()
          }
          return { store: opened.store, close }
        },
      }),
      storeText: store === 'memory' ? store : 'file' in store ? store.file : 'Redis',
    })
    const unknown = wanted.find(name => checks.every(check => check.name !== name))
    if (unknown !== undefined) throw wrongName(unknown, [...new Set(checks.map(({ name }) => name))])
    return await runChecks(wanted.length === 0 ? checks : checks.filter(({ name }) => wanted.includes(name)))
  } finally {
    system.stop()
  }
}

const wrongName = (found: string, names: readonly string[]): PosternError => {
  const expected = `one of ${names.join(', ')}`
  return new PosternError([{ path: '--check', found, expected, remedy: 'name a check that this configuration has' }])
}

/** 2: something fails. 1: something is to be looked at, or is not known, which is never right. */
export function exitCode(results: readonly CheckResult[]): 0 | 1 | 2 {
  if (results.some(({ status }) => status === 'failed')) return 2
  return results.every(({ status }) => status === 'ok') ? 0 : 1
}

const WIDTH = 9

/** The worst come last, where a terminal shows them. */
const ORDER: readonly CheckStatus[] = ['ok', 'unknown', 'warning', 'failed']

function linesOf(results: readonly CheckResult[]): readonly string[] {
  const sorted = results.toSorted((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status))
  const counts = ORDER.map(status => `${results.filter(result => result.status === status).length} ${status}`)
  return [...sorted.flatMap(textOf), counts.join(', ')]
}

function textOf({ name, status, found, expected, remedy }: CheckResult): readonly string[] {
  const indent = ' '.repeat(WIDTH)
  const lines = [
    `${status.padEnd(WIDTH)}${name}: ${found}`,
    ...(status === 'ok' ? [] : [`${indent}expected: ${expected}`]),
    ...(remedy === undefined ? [] : [`${indent}${status === 'ok' ? 'advice' : 'to do'}: ${remedy}`]),
  ]
  // A server that is asked must not write to the terminal.
  return lines.map(escapeInvisible)
}
