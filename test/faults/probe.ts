/**
 * Loaded by `--import` into a relay and its children: the management process answers on a socket what it holds. It
 * catches nothing, so that an error ends the process as it would without this file.
 */
import { createServer } from 'node:net'
import { join } from 'node:path'
import { isMainThread } from 'node:worker_threads'
import { holdings } from './holdings.ts'

/** The name of the environment variable with the folder of the socket. */
export const PROBE_FOLDER = 'POSTERN_TEST_PROBE'
export const socketIn = (folder: string): string => join(folder, 'management.socket')

const folder = process.env[PROBE_FOLDER]
if (folder !== undefined && isMainThread && /management\/main\.[jt]s$/.test(process.argv[1] ?? '')) {
  const warnings: string[] = []
  process.on('warning', warning => {
    if (warning.name !== 'ExperimentalWarning') warnings.push(warning.stack ?? warning.message)
  })
  const server = createServer(socket => {
    socket.on('error', () => undefined)
    socket.end(JSON.stringify(holdings(warnings)))
  })
  server.unref()
  server.listen(socketIn(folder))
}
