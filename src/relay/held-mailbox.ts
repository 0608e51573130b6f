/** The quarantine of the relay: opened once, and released through whatever delivery the configuration has now. */
import { errorText } from '../model/errors.ts'
import type { Notify } from '../model/services.ts'
import { needDriver } from '../postgres/installed.ts'
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
  /** Releases go through this delivery from now on. With the first one it goes on with what was interrupted. */
  readonly deliverBy: (delivery: Delivery) => void
}

/** Until it has a delivery, it only holds, lists and shows: a command that lists must not begin a release. */
export async function openHeldMailbox(config: QuarantineConfig, notify: Notify): Promise<HeldMailbox> {
  let current: Delivery | undefined
  const quarantine = await openQuarantine(config, {
    notify,
    isReader: true,
    deliver: async release => {
      if (current === undefined) throw new Error('there is no delivery yet: try again')
      await current.redeliver(release)
    },
  })
  const failed = (error: unknown): void => {
    const reason = `the quarantine could not be tidied: ${errorText(error)}`
    notify({ code: 'quarantine/failed', reason, level: 'warning' })
  }
  return {
    quarantine,
    deliverBy: delivery => {
      const isFirst = current === undefined
      current = delivery
      if (isFirst) quarantine.tidy().catch(failed)
    },
  }
}

async function openQuarantine(
  { whenFull: _whenFull, ...config }: QuarantineConfig,
  services: Pick<HeldQuarantineOptions, 'deliver' | 'notify' | 'isReader'>,
): Promise<Quarantine> {
  if ('folder' in config) return await folderQuarantine({ ...config, ...services })
  needDriver('quarantine.postgres')
  const { postgres, ...rest } = config
  return postgresQuarantine({ ...postgres, ...rest, ...services })
}
