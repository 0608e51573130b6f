/** `postern report send`: sends the DMARC reports of a day now, or shows what would be sent. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { resolver } from '../dns/index.ts'
import { PosternError } from '../model/errors.ts'
import { escapeInvisible } from '../model/printable.ts'
import { emitWarning, systemClock } from '../model/services.ts'
import { loadOptions } from '../relay/config/load.ts'
import { reportSending } from '../relay/management/report-sending.ts'
import { systemResolver } from '../relay/name-servers.ts'
import { connectStore } from '../relay/stores.ts'
import { dayOf } from '../reports/dmarc/counter.ts'
import type { DmarcSender } from '../reports/dmarc/sender.ts'
import { requiredConfig } from './named-config.ts'
import type { Output } from './output.ts'

export interface SendCommand {
  readonly config: string | undefined
  /** The day in UTC; yesterday where it is not given. */
  readonly day: string | undefined
  readonly isDryRun: boolean
  /** Where a dry run writes the reports. */
  readonly out: string | undefined
}

const DAY_MS = 86_400_000

/** @returns the exit status */
export async function sendReports({ config, day, isDryRun, out }: SendCommand, output: Output): Promise<number> {
  const file = requiredConfig(config, 'the configuration of the relay, with reports.send')
  if (day !== undefined && !isDay(day)) throw wrong('--day', day, 'a day such as 2026-11-30')
  const { options } = await loadOptions({ args: ['--config', file], environment: process.env })
  const { store: place, dns: servers } = options
  if (place === 'memory') throw wrong('store', place, 'a store that outlives the process')
  const system = systemResolver(() => undefined, emitWarning)
  const { store, close } = await connectStore(place, emitWarning)
  const dns = servers.length > 0 ? resolver({ servers }) : system.dns
  try {
    const sending = reportSending({ options, store, dns, clock: systemClock, notify: emitWarning })
    const which = day ?? dayOf(Date.now() - DAY_MS)
    const status = isDryRun ? await show(sending.sender, which, out, output) : await send(sending.sender, which, output)
    sending.close()
    return status
  } finally {
    system.stop()
    await store.close?.()
    await close()
  }
}

async function send(sender: DmarcSender, day: string, { out }: Output): Promise<number> {
  const { sent, refused, later } = await sender.sendDay(day)
  out(`${sent} reports of ${day} were sent, ${refused} refused, ${later} wait for another try`)
  return refused + later > 0 ? 1 : 0
}

async function show(sender: DmarcSender, day: string, folder: string | undefined, { out }: Output): Promise<number> {
  if (folder !== undefined) await mkdir(folder, { recursive: true })
  let shown = 0
  for await (const subject of sender.subjects(day)) {
    const prepared = await sender.prepare(subject)
    if (typeof prepared === 'string') {
      out(`${subject.domain}: ${prepared === 'later' ? 'a lookup has failed' : 'no destination takes a report'}`)
      continue
    }
    shown += 1
    const { destinations, refused, rows, messages, mail, xml } = prepared
    const to = destinations.map(({ address }) => address).join(', ') || 'nowhere'
    out(escapeInvisible(`${subject.domain}: ${messages} messages in ${rows} rows, to ${to}`))
    for (const { address, reason } of refused) out(escapeInvisible(`  not to ${address}: ${reason}`))
    if (folder !== undefined) await writeFile(join(folder, mail.attachment.filename.replace(/\.gz$/, '')), xml)
  }
  if (shown === 0) out(`there is nothing to report of ${day}`)
  return 0
}

const isDay = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))

const wrong = (path: string, found: unknown, expected: string): PosternError =>
  new PosternError([{ path, found, expected, remedy: `give ${path} ${expected}` }])
