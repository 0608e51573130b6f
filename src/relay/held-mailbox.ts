/** The quarantine of the relay: opened once, and released through whatever delivery the configuration has now. */
import type { Notify } from '../model/services.ts'
import { folderQuarantine, type Quarantine } from '../quarantine/index.ts'
import type { QuarantineConfig } from './config/types.ts'
import type { Delivery } from './delivery/types.ts'

export interface HeldMailbox {
  readonly quarantine: Quarantine
  /** Releases go through this delivery from now on; those that came before wait for the first. */
  readonly deliverBy: (delivery: Delivery) => void
}

export async function openHeldMailbox(config: QuarantineConfig, notify: Notify): Promise<HeldMailbox> {
  const { whenFull: _whenFull, ...options } = config
  let begin: (delivery: Delivery) => void = () => undefined
  const first = new Promise<Delivery>(resolve => {
    begin = resolve
  })
  let current: Delivery | undefined
  const quarantine = await folderQuarantine({
    ...options,
    notify,
    deliver: async release => await (current ?? (await first)).redeliver(release),
  })
  return {
    quarantine,
    deliverBy: delivery => {
      current = delivery
      begin(delivery)
    },
  }
}
