/** What of smtp-server's own this adapter takes hold of, and whether the version that is there has it. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Duplex } from 'node:stream'
import { PosternError, type Problem } from '../../model/errors.ts'
import type { Connection, SMTPServer } from './types.ts'

type Parser = Exclude<Connection['_parser'], false>

/** The versions that this adapter was made for and is tested with: those of `peerDependencies`. */
const EXPECTED = '3.21.6 or a later 3.21'

const ofConnection = [
  ...(['_createParser', '_onCommand', 'send', 'close'] as const),
  ...(['_socket', '_parser', '_ready', '_closing', '_upgrading', '_nextHandler', '_handlerPending'] as const),
  ...(['_proxyCommandAllowed', '_isSupported', '_xClient', '_originalRemoteAddress'] as const),
  ...(['_closed', '_dataStream', 'session', 'remoteAddress', 'tlsOptions', 'hostNameAppearsAs'] as const),
] satisfies readonly (keyof Connection)[]
const ofParser = [
  ...(['write', '_write', 'startDataMode', '_feedDataStream', '_countDataBytes', '_endDataMode'] as const),
  ...(['_dataMode', '_dataStream'] as const),
] satisfies readonly (keyof Parser)[]

/** What of smtp-server this adapter needs to look at. */
export interface Installed {
  readonly version: string
  /** Loads it, to look at it. Only called for versions other than the expected ones. */
  readonly load: () => { readonly SMTPServer: new (options: object) => SMTPServer }
}

/** @throws PosternError when the installed smtp-server lacks what this adapter hooks. One that cannot be found is not judged. */
export function checkVersion(installed: Installed | undefined = findInstalled()): void {
  if (installed === undefined || isExpected(installed.version)) return
  const { SMTPServer } = installed.load()
  checkServer(new SMTPServer({ logger: false, disabledCommands: ['STARTTLS'] }), installed.version)
}

/** @throws PosternError when `server` lacks what this adapter hooks. */
export function checkServer(server: SMTPServer, version: string = findInstalled()?.version ?? 'unknown'): void {
  const missing = missingOf(server)
  if (missing.length === 0) return
  const problem: Problem = {
    path: 'smtp-server',
    found: `${version} without ${missing.join(', ')}`,
    expected: EXPECTED,
    remedy: 'install an expected version of smtp-server: npm install smtp-server@~3.21.6',
  }
  throw new PosternError([problem], 'ERR_POSTERN_HOST_VERSION')
}

function missingOf(server: SMTPServer): readonly string[] {
  if (!server.server) return ['SMTPServer.server']
  if (!(server.connections instanceof Set)) return ['SMTPServer.connections']
  if (!(server._pendingSockets instanceof Map)) return ['SMTPServer._pendingSockets']
  if (typeof server._handleProxy !== 'function') return ['SMTPServer._handleProxy']
  const connection = specimen(server)
  if (connection === undefined) return ['a connection in SMTPServer.connections']
  const parser: object = connection._parser || {}
  return [
    ...ofConnection.filter(name => !(name in connection)).map(name => `SMTPConnection.${name}`),
    ...ofParser.filter(name => !(name in parser)).map(name => `SMTPStream.${name}`),
  ]
}

/** A connection as smtp-server makes it, to nobody: it is caught before it begins. */
function specimen(server: SMTPServer): Connection | undefined {
  let caught: Connection | undefined
  const { add } = server.connections
  server.connections.add = connection => {
    caught = connection
    throw new Error('caught')
  }
  try {
    server.connect(new Duplex() as Connection['_socket'], {})
  } catch {
    // The one above, or a version that wants another kind of socket.
  }
  server.connections.add = add
  return caught
}

const isExpected = (version: string): boolean => {
  const [, patch] = /^3\.21\.(\d{1,6})$/.exec(version) ?? []
  return patch !== undefined && Number(patch) >= 6
}

function findInstalled(): Installed | undefined {
  const require = createRequire(import.meta.url)
  try {
    const manifest = /^(.*[\\/]smtp-server[\\/])/.exec(require.resolve('smtp-server'))?.[1]
    const { version } = JSON.parse(readFileSync(`${manifest}package.json`, 'utf8')) as { readonly version: string }
    return { version, load: () => require('smtp-server') }
  } catch {
    return undefined
  }
}
