/** A gateway that closes once its last session has ended: a new configuration makes another one for new clients. */
import type { Gateway } from '../engine/gateway.ts'

export interface LiveGateway {
  readonly gateway: Gateway
  /** Closes when no session is open any more. */
  readonly retire: () => void
}

/** @param closed is called when the gateway has been retired and closed */
export function liveGateway(inner: Gateway, closed: () => Promise<void>): LiveGateway {
  let sessions = 0
  let isRetired = false
  const closeIfUnused = (): void => {
    if (isRetired && sessions === 0)
      inner
        .close()
        .then(closed)
        .catch(() => undefined)
  }
  const open: Gateway['open'] = (client, services) => {
    const session = inner.open(client, services)
    const close = session.close.bind(session)
    let isOpen = true
    sessions += 1
    session.close = () => {
      close()
      if (!isOpen) return
      isOpen = false
      sessions -= 1
      closeIfUnused()
    }
    return session
  }
  return {
    gateway: { ...inner, open },
    retire: () => {
      isRetired = true
      closeIfUnused()
    },
  }
}

/** The gateway that `current` gives, whichever that is at each call. */
export const delegating = (current: () => Gateway): Gateway => ({
  get services() {
    return current().services
  },
  get secrets() {
    return current().secrets
  },
  open: (client, services) => current().open(client, services),
  feedback: feedback => current().feedback(feedback),
  delivered: delivery => current().delivered(delivery),
  recordSent: mail => current().recordSent(mail),
  precheck: ip => current().precheck(ip),
  isKnown: ip => current().isKnown(ip),
  metrics: () => current().metrics(),
  close: () => current().close(),
})
