/** Digests as a job: sends what is due, on one node at a time, and serves the pages behind the links. */
import { serveConsole } from '../../console/serve.ts'
import { newDigests } from '../../digest/digests.ts'
import { LINK_PATH, Links } from '../../digest/links.ts'
import { Mailer } from '../../mailing/mailer.ts'
import { errorText } from '../../model/errors.ts'
import { readHostPort } from '../config/addresses.ts'
import type { DigestConfig } from '../config/digest-config.ts'
import { digestPagesOf, linkUrl, quarantineScope, tokensOf } from '../digest-parts.ts'
import type { ManagementJob, ManagementParts } from './types.ts'

/** How often it looks for what is due: a digest comes within a minute of the first message. */
const ROUND_MS = 15_000

export const job: ManagementJob = {
  start: async parts => {
    const { options, quarantine, clock, notify, store, sendMail: send, lease: leaseOf } = parts
    const { digest: config, mail } = options
    if (config === undefined || mail === undefined || quarantine === undefined)
      throw new Error('digests need digest, mail and quarantine in the configuration')
    const url = linkUrl(options)
    const scope = quarantineScope(options)
    const links = new Links(await tokensOf(parts, config), url)
    const mailer = new Mailer({ mail, send })
    const digests = newDigests({ digest: { ...config, url }, quarantine, scope, mailer, links, store, notify, clock })
    const lease = leaseOf(`digest:${scope}`)
    const pages = await servePages(parts, config)
    let cancel = (): void => undefined
    let isClosed = false
    let round: Promise<unknown> = Promise.resolve()
    // One round after the other.
    const next = (): void => {
      if (isClosed) return
      round = lease
        .during(signal => digests.run(signal))
        .catch(error => {
          notify({ code: 'digest/not-sent', reason: `digests were not sent: ${errorText(error)}`, level: 'warning' })
        })
      void round.then(() => {
        if (!isClosed) cancel = clock.after(ROUND_MS, next)
      })
    }
    // The first round notes the moment from which mail is listed.
    next()
    return {
      metrics: () => digests.metrics(),
      close: async () => {
        isClosed = true
        cancel()
        await pages?.close()
        await round
        await lease.release()
      },
    }
  },
}

/** Beside the console, or where there is none. */
async function servePages(parts: ManagementParts, config: DigestConfig) {
  if (config.listen === undefined) return undefined
  const answer = digestPagesOf(parts, config)
  const at = readHostPort(config.listen, 0) ?? { host: '127.0.0.1', port: 0 }
  const pages = {
    fetch: async (request: Request): Promise<Response> =>
      new URL(request.url).pathname.startsWith(LINK_PATH) ? await answer(request) : new Response(null, { status: 404 }),
    start: () => Promise.resolve(),
    close: () => Promise.resolve(),
  }
  const served = await serveConsole(pages, at)
  parts.notify({
    ...{ code: 'digest/up', level: 'info' },
    reason: `the pages behind the links of digests are served at port ${served.port}`,
  })
  return served
}
