/** `postern report`: shows reports that others have sent, and sends our own. */
import { open } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { escapeInvisible } from '../model/printable.ts'
import { MAX_BYTES } from '../reports/read/limits.ts'
import { readReports } from '../reports/read/read.ts'
import { reportLines } from '../reports/table.ts'
import { CONFIG_DEFAULT } from './named-config.ts'
import type { Output } from './output.ts'
import { wrongAction } from './wrong-action.ts'

export const REPORT_USAGE = `usage: postern report read FILE [FILE ...] [--json]
       postern report send [--day DAY] [--dry-run [--out DIR]] [--config FILE]

read shows DMARC aggregate reports, complaints (ARF) and reports about TLS: XML, JSON, gzip, zip, or a message with them.
send sends the DMARC reports of a day that were not sent yet, as the relay does by itself every hour.

  --json          one report on each line, as JSON
  --day DAY       a day in UTC, such as 2026-11-30 (default: yesterday)
  --dry-run       shows what would be sent, and sends nothing (default: off)
  --out DIR       a folder for the XML of a dry run (default: none)
  --config FILE   the configuration of the relay, with reports.send
                  (${CONFIG_DEFAULT})

exit status: 0 when every file was read or all was sent, 1 when one holds no report that can be read or some could not be
sent, 2 when the command is wrong or fails`

const OPTIONS = {
  config: { type: 'string' },
  day: { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
  out: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const

/** @returns the exit status */
export async function reportCommand(args: readonly string[], output: Output): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS })
  const [action, ...files] = positionals
  if (values.help) {
    output.out(REPORT_USAGE)
    return 0
  }
  if (action === 'send' && files.length === 0) {
    const { config, day, out, 'dry-run': isDryRun } = values
    return await (await import('./report-send.ts')).sendReports({ config, day, isDryRun, out }, output)
  }
  if (action !== 'read' || files.length === 0) {
    output.error(wrongAction('postern report', action, { actions: ['read', 'send'], usage: REPORT_USAGE }))
    return 2
  }
  let status = 0
  for (const file of files) if (!(await show(file, values.json, files.length > 1, output))) status = 1
  return status
}

/** @returns whether all of it could be read */
async function show(file: string, json: boolean, isOneOfMany: boolean, { out }: Output): Promise<boolean> {
  const reports = await readReports(await contentOf(file))
  if (isOneOfMany && !json) out(`${file}:`)
  for (const report of reports)
    for (const line of json ? [JSON.stringify(report)] : reportLines(report)) out(escapeInvisible(line))
  return reports.every(({ kind }) => kind !== 'unreadable')
}

/** A file that is too large is not read: its size alone says so. */
async function contentOf(file: string): Promise<Buffer> {
  await using handle = await open(file)
  const { size } = await handle.stat()
  return size > MAX_BYTES ? Buffer.alloc(MAX_BYTES + 1) : await handle.readFile()
}
