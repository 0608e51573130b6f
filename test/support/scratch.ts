/** Places that a test may use and must give back: its own folder, a port without a listener. */
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Scratch extends AsyncDisposable {
  readonly path: string
  /** Removes the folder and all that is in it. May be called twice. */
  readonly remove: () => Promise<void>
}

/**
 * A new empty folder under the system's temporary one.
 *
 * @example
 * await using folder = await scratch()
 * await writeFile(join(folder.path, 'networks.txt'), '192.0.2.0/24')
 */
export async function scratch(prefix = 'postern-'): Promise<Scratch> {
  const path = await mkdtemp(join(tmpdir(), prefix))
  const remove = () => rm(path, { recursive: true, force: true, maxRetries: 3 })
  return { path, remove, [Symbol.asyncDispose]: remove }
}

/** A port of the loopback that was free a moment ago, for programs that cannot listen on 0 and say where. */
export const freePort = (host = '127.0.0.1'): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, host, () => {
      const address = server.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      server.close(() => resolve(port))
    })
  })
