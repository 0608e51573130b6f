/** Whether a relay holds no more than it did before. */
import type { ExpectStatic } from 'vitest'
import type { Holdings } from './holdings.ts'
import type { WatchedRelay } from './watched-relay.ts'

const MB = 1024 ** 2
/** What caches and what the collector has not got to may take. */
const HEAP = 6 * MB

/** Timers that keep a process alive are those of connections; a few come and go by themselves. */
const kinds = ({ resources, descriptors }: Holdings) => ({
  descriptors,
  sockets: (resources.TCPSocketWrap ?? 0) + (resources.TLSWrap ?? 0),
  connecting: resources.TCPConnectWrap ?? 0,
  files: resources.FSReqPromise ?? 0,
  datagrams: resources.UDPWRAP ?? 0,
})

/** Waits until it is so: sockets, files, requests and timers as before, memory too, nothing uncaught, and alive. */
export async function isBack(relay: WatchedRelay, before: Holdings, expect: ExpectStatic): Promise<void> {
  const look = async () => {
    const now = await relay.holdings()
    const more = Object.entries(kinds(now)).filter(([kind, count]) => count > kinds(before)[kind as 'files'])
    return {
      more,
      timers: Math.max(0, (now.resources.Timeout ?? 0) - (before.resources.Timeout ?? 0)),
      heap: Math.max(0, now.heap - before.heap - HEAP),
    }
  }
  await expect.poll(look, { timeout: 30_000, interval: 500 }).toEqual({ more: [], timers: 0, heap: 0 })
  const { uncaught } = await relay.holdings()
  expect(uncaught).toEqual([])
  expect(relay.isAlive()).toBe(true)
}
