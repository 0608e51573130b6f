/**
 * The private members of smtp-server that this adapter needs for its limits, and whether the installed version has
 * them.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Duplex } from 'node:stream'
import { PosternError, type Problem } from '../../model/errors.ts'
import type { Connection, SMTPServer } from './types.ts'

type Parser = Exclude<Connection['_parser'], false>

/** The versions whose handlers this adapter knows: those of `peerDependencies`. */
const SUPPORTED = '>=3.13 <4'

/** The first version with all private members that the limits need. */
const COMPLETE = '3.21.6'

/** The code of errors about the version of the host. */
export const HOST_VERSION = 'ERR_POSTERN_HOST_VERSION'

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

/** The installed smtp-server. */
export interface Installed {
  readonly version: string
  /** Loads it, to inspect it. Only called for versions that are not supported. */
  readonly load: () => { readonly SMTPServer: new (options: object) => SMTPServer }
}

/**
 * @throws PosternError when the installed version is not supported and lacks members. A version that cannot be found
 * passes.
 */
export function checkVersion(installed: Installed | undefined = findInstalled()): void {
  if (installed === undefined || isSupported(installed.version)) return
  const { SMTPServer } = installed.load()
  const missing = missingMembers(new SMTPServer({ logger: false, disabledCommands: ['STARTTLS'] }))
  if (missing.length > 0) throw new PosternError([unsupported(missing, SUPPORTED, installed.version)], HOST_VERSION)
}

/** Why an option cannot be had with this version. */
export const unsupported = (
  missing: readonly string[],
  expected: string = `${COMPLETE} or a later 3.x`,
  version: string = findInstalled()?.version ?? 'unknown',
): Problem => ({
  path: 'smtp-server',
  found: `${version} without ${missing.join(', ')}`,
  expected,
  remedy: `install a version that has them: npm install smtp-server@^${COMPLETE}`,
})

/** The notice for a version that has the handlers alone. */
export const describeMissing = (missing: readonly string[]): string =>
  `smtp-server ${findInstalled()?.version ?? 'of an unknown version'} has no ${missing.join(', ')}: filters and handlers ` +
  'work, but no limits of commands, lines, time and pipelining are enforced, early talkers are not seen, BDAT does not ' +
  'end the connection, and what the host itself refuses carries no reference; ' +
  `install smtp-server@^${COMPLETE} for them`

/** The private members that this server lacks, by name; with all of them every limit can be enforced. */
export function missingMembers(server: SMTPServer): readonly string[] {
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

/** A connection as smtp-server makes it, without a client: it is caught before it begins. */
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
    // The error above, or one of a version that needs another kind of socket.
  }
  server.connections.add = add
  return caught
}

const isSupported = (version: string): boolean => {
  const [, minor] = /^3\.(\d{1,6})\./.exec(version) ?? []
  return minor !== undefined && Number(minor) >= 13
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
