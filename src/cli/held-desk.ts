/** What a command needs to act on held mail: the same parts as the management process, opened when they are needed. */
import { actionEvent, EventStream } from '../engine/events.ts'
import { loadMeter } from '../load/index.ts'
import { emitWarning, systemClock } from '../model/services.ts'
import { newReleaser, type Quarantine, type Releaser } from '../quarantine/index.ts'
import type { RelayOptions } from '../relay/config/options.ts'
import { createDelivery } from '../relay/delivery/delivery.ts'
import { type HeldMailbox, openHeldMailbox } from '../relay/held-mailbox.ts'
import { openLogSinks } from '../relay/log-sinks.ts'
import { FirstProcess } from '../relay/management/first-process.ts'
import { Configured, Opened } from '../relay/management/opened.ts'

export interface HeldDesk {
  readonly quarantine: Quarantine
  /** Opens what acting needs: the delivery, the filters that learn, the lists, the log. */
  readonly releaser: () => Promise<Releaser>
  readonly close: () => Promise<void>
}

/** @param options with a quarantine */
export const openHeldDesk = (options: RelayOptions): Promise<HeldDesk> =>
  options.store === 'memory' ? withoutStore(options) : withStore(options)

async function withStore(options: RelayOptions): Promise<HeldDesk> {
  const tell = (lines: string): boolean => process.stderr.write(lines)
  const first = new FirstProcess(() => undefined, systemClock)
  const opened = await Opened.open(options, { log: () => undefined, tell }, first, 'command')
  let configured: Configured | undefined
  return {
    quarantine: heldIn(opened.held).quarantine,
    releaser: async () => {
      configured ??= await Configured.open(options, opened)
      const { releaser } = configured.parts
      if (releaser === undefined) throw new Error('there is no quarantine')
      return releaser
    },
    close: async () => {
      await configured?.close()
      await opened.close()
    },
  }
}

/** The memory of the relay cannot be reached from here: nothing is learned and no sender is allowed. */
async function withoutStore({ quarantine: config, name, routes, log }: RelayOptions): Promise<HeldDesk> {
  const clock = systemClock
  const held = heldIn(config && (await openHeldMailbox(config, emitWarning)))
  const closing: (() => Promise<unknown>)[] = [() => held.quarantine.close()]
  return {
    quarantine: held.quarantine,
    releaser: async () => {
      const delivery = await createDelivery({ routes }, { name, clock, notify: emitWarning, load: loadMeter() })
      const sinks = await openLogSinks(log, 'command', emitWarning)
      closing.push(
        () => delivery.close(),
        () => sinks.close(),
      )
      held.deliverBy(delivery)
      const stream = new EventStream(sinks.targets, `${name}/command`, clock, { subject: 'off', key: '' })
      return newReleaser({ quarantine: held.quarantine, record: action => stream.write(actionEvent(action)), clock })
    },
    close: async () => {
      for (const close of closing) await close()
    },
  }
}

function heldIn(held: HeldMailbox | undefined): HeldMailbox {
  if (held === undefined) throw new Error('there is no quarantine')
  return held
}
