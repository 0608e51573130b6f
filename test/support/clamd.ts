/** A real clamd from Debian on our own database, that knows EICAR and nothing else. Ready in about 50 ms. */
import { createHash } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { type Daemon, daemon } from './daemon.ts'
import { eicar } from './eicar.ts'
import { freePort, scratch } from './scratch.ts'
import { need } from './services.ts'

export interface RealClamd extends Daemon {
  readonly socket: string
  readonly host: string
  readonly port: number
}

/** The name under which the database knows a body that has EICAR in it. */
export const EICAR_NAME = 'Test.Eicar.UNOFFICIAL'

/**
 * Starts clamd in the foreground and waits for its PONG. Allow `INSTALL_TIMEOUT` where it may have to be installed.
 *
 * @param config further lines of clamd.conf(5), or others in place of ours
 */
export async function startClamd({
  config = {},
}: {
  config?: Readonly<Record<string, string>>
} = {}): Promise<RealClamd> {
  const program = await need('clamd', ['clamav-daemon'])
  const folder = await scratch('clamd-')
  const database = join(folder.path, 'database')
  const socket = join(folder.path, 'clamd.sock')
  const [host, port] = ['127.0.0.1', await freePort()]
  await mkdir(database)
  await writeFile(join(database, 'eicar.ndb'), `Test.Eicar:0:*:${eicar.toString('hex')}\n`)
  const md5 = createHash('md5').update(eicar).digest('hex')
  await writeFile(join(database, 'eicar.hdb'), `${md5}:${eicar.length}:Test.Eicar\n`)
  const lines = {
    Foreground: 'yes',
    DatabaseDirectory: database,
    TemporaryDirectory: folder.path,
    LocalSocket: socket,
    TCPSocket: String(port),
    TCPAddr: host,
    AlertEncrypted: 'yes',
    AlertExceedsMax: 'yes',
    ...config,
  }
  const file = join(folder.path, 'clamd.conf')
  await writeFile(
    file,
    Object.entries(lines)
      .map(line => `${line.join(' ')}\n`)
      .join(''),
  )

  const running = await daemon({
    program,
    args: ['--config-file', file],
    folder,
    ready: async () => (await pongs({ path: socket })) && (await pongs({ host, port })),
    // A socket that a killed clamd left behind refuses, and clamd itself would have to remove it.
    prepare: () => rm(socket, { force: true }),
  })
  return { socket, host, port, ...running }
}

const pongs = (address: { path: string } | { host: string; port: number }): Promise<boolean> =>
  new Promise(resolve => {
    const connection = connect(address, () => connection.write('zPING\0'))
    connection.setTimeout(1_000, () => connection.destroy())
    connection.on('data', bytes => resolve(bytes.toString() === 'PONG\0'))
    connection.on('error', () => resolve(false))
    connection.on('close', () => resolve(false))
  })
