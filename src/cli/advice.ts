/** What an operator can do about a message that was stopped: the commands, ready to be entered. */
import type { GatewayEvent, RecipientEvent, TransactionEvent } from '../model/events.ts'
import { escapeInvisible } from '../model/printable.ts'
import { emitWarning } from '../model/services.ts'
import { type HeldEntry, provenSender } from '../quarantine/index.ts'
import { loadOptions } from '../relay/config/load.ts'
import type { RelayOptions } from '../relay/config/options.ts'
import { openHeldMailbox } from '../relay/held-mailbox.ts'

/** @param file the configuration; without one nothing can be advised */
export async function advice(events: readonly GatewayEvent[], file: string | undefined): Promise<readonly string[]> {
  const stopped = events.filter(event => event.type === 'recipient').filter(isStopped)
  if (file === undefined || stopped.length === 0) return []
  const { options } = await loadOptions({ args: ['--config', file], environment: process.env })
  const held = await heldOf(stopped, options)
  return stopped
    .flatMap(recipient => [...toRelease(recipient, held, file), ...toAllow(recipient, events, { file, options })])
    .map(escapeInvisible)
}

const isStopped = ({ verdict, dryRun = 'accept' }: RecipientEvent): boolean =>
  verdict !== 'accept' || dryRun !== 'accept'

/** What is still held of this session. */
async function heldOf(stopped: readonly RecipientEvent[], { quarantine }: RelayOptions): Promise<readonly HeldEntry[]> {
  if (quarantine === undefined) return []
  const { quarantine: opened } = await openHeldMailbox(quarantine, emitWarning)
  try {
    const found: HeldEntry[] = []
    for (const { recipient, ref, transaction } of stopped) {
      const { entries } = await opened.list({ recipient, limit: 500 })
      found.push(...entries.filter(entry => entry.ref === ref && entry.transaction === transaction))
    }
    return found
  } finally {
    await opened.close()
  }
}

function toRelease(event: RecipientEvent, held: readonly HeldEntry[], file: string): readonly string[] {
  const { recipient, transaction } = event
  const entry = held.find(one => one.recipient === recipient && one.transaction === transaction)
  if (entry === undefined) return []
  return [
    `  release    postern quarantine release ${entry.id} --recipient ${quoted(recipient)} --config ${quoted(file)}`,
  ]
}

/** An entry of a list does not let malware through: it is not advised. */
function toAllow(
  event: RecipientEvent,
  events: readonly GatewayEvent[],
  { file, options }: { readonly file: string; readonly options: RelayOptions },
): readonly string[] {
  if (event.findings.some(({ rule }) => rule.startsWith('clamav/'))) return []
  const own = events.find(other => other.type === 'transaction' && other.transaction === event.transaction)
  const sender = own?.type === 'transaction' ? senderOf(own) : undefined
  const whom = sender ?? event.ip ?? undefined
  if (whom === undefined) return []
  if (options.store === 'memory')
    return ["  allow      no list can be written: set store: { file: '/var/lib/postern/postern.db' } and start again"]
  const why = sender === undefined ? ' (nothing proves the author: this is the address of the client)' : ''
  return [
    `  allow      postern list add ${quoted(whom)} --for ${quoted(event.recipient)} --config ${quoted(file)}${why}`,
  ]
}

const senderOf = ({ reversePath, from, spf, dkim, dmarc, arc }: TransactionEvent): string | undefined =>
  provenSender({
    ...{ reversePath, ...(from !== undefined && { from }) },
    authentication: { ...(spf && { spf }), ...(dkim && { dkim }), ...(dmarc && { dmarc }), ...(arc && { arc }) },
  })

/** One word for a shell. */
const quoted = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`)
