/** DNS servers of the system: a resolver that follows a changed resolv.conf. */
import { getServers } from 'node:dns'
import { readFile, stat } from 'node:fs/promises'
import { isIP } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Resolver, resolver } from '../dns/index.ts'
import { errorText } from '../model/errors.ts'
import type { Notify } from '../model/services.ts'

const INTERVAL_MS = 5_000
const FILE = '/etc/resolv.conf'
/** resolv.conf(5): three servers count. */
const MAX_SERVERS = 3

export interface SystemResolver {
  readonly dns: Resolver
  /** The servers that are asked now. */
  readonly servers: () => readonly string[]
  /** Checks the file now. Never rejects. */
  readonly check: () => Promise<void>
  readonly stop: () => void
}

/** Answers that are in the cache are forgotten with a change: another network may have other names. */
export function systemResolver(
  onLatency: (ms: number) => void,
  notify: Notify,
  { file = FILE, interval = INTERVAL_MS }: { readonly file?: string; readonly interval?: number } = {},
): SystemResolver {
  const over = new AbortController()
  let servers: readonly string[] = getServers()
  let current = resolver({ onLatency })
  let last: string | undefined
  const check = async (): Promise<void> => {
    try {
      const { mtimeMs, size, ino } = await stat(file)
      const stamp = `${mtimeMs} ${size} ${ino}`
      if (stamp === last) return
      const isFirst = last === undefined
      const found = nameServersIn(await readFile(file, 'utf8'))
      last = stamp
      if (isFirst || found.length === 0 || found.join() === servers.join()) return
      current = resolver({ servers: found, onLatency })
      servers = found
      notify({ code: 'relay/dns', reason: `${file} has changed: DNS servers ${found.join(', ')}`, level: 'info' })
    } catch (error) {
      // A machine without the file has its servers elsewhere. While the file is being replaced it may be missing.
      if (last === undefined) return
      last = ''
      notify({ code: 'relay/dns', reason: `the DNS servers stay: ${errorText(error)}`, level: 'warning' })
    }
  }
  const watch = async (): Promise<void> => {
    while (!over.signal.aborted) {
      await check()
      await sleep(interval, undefined, { signal: over.signal, ref: false })
    }
  }
  watch().catch(() => undefined)
  const dns: Resolver = {
    resolve: (name, type, options) => current.resolve(name, type, options),
    known: (name, type) => current.known?.(name, type),
  }
  return { dns, servers: () => servers, check, stop: () => over.abort() }
}

/** The addresses behind `nameserver`. */
export function nameServersIn(text: string): readonly string[] {
  return text
    .split('\n')
    .flatMap(line => /^\s*nameserver\s+(\S+)/.exec(line)?.[1] ?? [])
    .filter(address => isIP(address) !== 0)
    .slice(0, MAX_SERVERS)
}
