/** Where listeners get their clients from: an address, or a socket that systemd has opened (sd_listen_fds(3)). */
import type { ListenOptions } from 'node:net'
import { PosternError } from '../model/errors.ts'
import type { RelayOptions } from './config/options.ts'

/** What `server.listen` takes; undefined where the first process hands over sockets. */
export type Source = ListenOptions | { readonly fd: number } | undefined

const FIRST_FD = 3

type Environment = Readonly<Record<string, string | undefined>>

/** @throws PosternError when systemd has handed over fewer sockets than there are listeners for them */
export function sourcesOf(
  { listeners }: Pick<RelayOptions, 'listeners'>,
  environment: Environment = process.env,
  pid: number = process.pid,
): readonly Source[] {
  const passed = environment.LISTEN_PID === String(pid) ? Number(environment.LISTEN_FDS ?? 0) : 0
  const wanted = listeners.filter(({ at }) => at === 'systemd').length
  if (wanted > passed)
    throw new PosternError([
      {
        path: 'listeners',
        found: `${passed} sockets of systemd`,
        expected: `${wanted}, one for each listener with address: 'systemd'`,
        remedy: 'start postern.socket, or give the listener an address',
      },
    ])
  let fd = FIRST_FD
  return listeners.map(({ at }) => {
    if (at !== 'systemd') return { ...at }
    fd += 1
    return { fd: fd - 1 }
  })
}
