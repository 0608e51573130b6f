/** The quarantine of the relay: opened once, and released through whatever delivery the configuration has now. */
import type { Notify } from '../model/services.ts'
import {
  folderQuarantine,
  type HeldQuarantineOptions,
  postgresQuarantine,
  type Quarantine,
} from '../quarantine/index.ts'
import type { QuarantineConfig } from './config/kept-types.ts'
import type { Delivery } from './delivery/types.ts'

export interface HeldMailbox {
  readonly quarantine: Quarantine
  /** Releases go through this delivery from now on; those that came before wait for the first. */
  readonly deliverBy: (delivery: Delivery) => void
}

export async function openHeldMailbox(config: QuarantineConfig, notify: Notify): Promise<HeldMailbox> {
  let begin: (delivery: Delivery) => void = () => undefined
  const first = new Promise<Delivery>(resolve => {
    begin = resolve
  })
  let current: Delivery | undefined
  const quarantine = await openQuarantine(config, {
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

/** Opens a quarantine to list and show what is held: it releases nothing and removes nothing. */
export const openHeldForReading = (config: QuarantineConfig, notify: Notify): Promise<Quarantine> =>
  openQuarantine(config, { notify, isReader: true, deliver: () => Promise.reject(new Error('this only reads')) })

async function openQuarantine(
  { whenFull: _whenFull, ...config }: QuarantineConfig,
  services: Pick<HeldQuarantineOptions, 'deliver' | 'notify' | 'isReader'>,
): Promise<Quarantine> {
  if ('folder' in config) return await folderQuarantine({ ...config, ...services })
  const { postgres, ...rest } = config
  return postgresQuarantine({ ...postgres, ...rest, ...services })
}
