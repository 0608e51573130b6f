/** What digests are made of in the relay: the tokens of their links, the pages behind them, and their names. */
import { digestPages } from '../digest/pages.ts'
import { storedSecret, Tokens } from '../digest/token.ts'
import type { DigestConfig } from './config/digest-config.ts'
import type { RelayOptions } from './config/options.ts'
import type { ManagementParts } from './management/types.ts'

type Answer = (request: Request) => Promise<Response>

/** The tokens of all nodes: with the secret of the configuration, else with the one in the store. */
export const tokensOf = async ({ store }: Pick<ManagementParts, 'store'>, { secret }: DigestConfig): Promise<Tokens> =>
  new Tokens(secret ?? (await storedSecret(store)))

/** Answers the requests below `/d/`. */
export function digestPagesOf(parts: ManagementParts, config: DigestConfig): Answer {
  const { quarantine, releaser, store, notify, clock } = parts
  if (quarantine === undefined || releaser === undefined) throw new Error('digests need a quarantine')
  let made: Promise<Answer> | undefined
  const make = async (): Promise<Answer> => {
    const tokens = await tokensOf(parts, config)
    const { train } = config
    return digestPages({ tokens, quarantine, releaser, store, notify, clock, ...(train !== undefined && { train }) })
  }
  return async request => {
    made ??= make()
    try {
      return await (await made)(request)
    } catch {
      // While the store is down there is no secret: the next request asks again.
      made = undefined
      return new Response('try again later\n', { status: 503, headers: { 'Retry-After': '30' } })
    }
  }
}

/** Nodes that share a quarantine have the same name for it; a folder belongs to one machine. */
export const quarantineScope = ({ name, quarantine }: RelayOptions): string =>
  quarantine !== undefined && 'folder' in quarantine ? `${name}:${quarantine.folder}` : 'shared'

/** Where the links lead. */
export function linkUrl({ digest, console }: RelayOptions): string {
  const url = digest?.url ?? console?.url
  if (url === undefined) throw new Error('digest.url is not set')
  return url
}
