/** The set that needs no daemon, no key and no network list: a good beginning for any host. */
import { flag } from '../model/checks.ts'
import type { Filter } from '../model/filter.ts'
import { checked, either, isRecord, list, required, type Schema, schemaOf } from '../model/options.ts'
import { domainPattern } from '../net/checks.ts'
import { authenticatedFrom } from './authenticated-from.ts'
import { type ContentOptions, contentFilters, contentSchema } from './content/content-filters.ts'
import { dkim } from './dkim.ts'
import { dmarc } from './dmarc/dmarc.ts'
import { earlyTalker } from './early-talker.ts'
import { headerForm } from './header-form.ts'
import { helo, ownName } from './helo.ts'
import { loop } from './loop.ts'
import { rateLimit } from './rate-limit/rate-limit.ts'
import { rdns } from './rdns.ts'
import { recipients } from './recipients.ts'
import { senderDomain } from './sender-domain.ts'
import { spf } from './spf.ts'

export interface RecommendedOptions {
  /** The domains that mail is accepted for. Mail for others is refused unless its sender has authenticated. */
  readonly domains: readonly string[]
  /** Our own host names and addresses: no client may greet us with them. @default [] */
  readonly own?: readonly string[]
  /**
   * Also look at what messages hold: links, attachments, disguise, words (see `contentFilters`). Your domains are protected unless
   * other options are given. @default false
   */
  readonly content?: boolean | ContentOptions
}

const schema = (): Schema<RecommendedOptions> =>
  schemaOf<RecommendedOptions>('recommended', {
    domains: required(list(domainPattern(), 'domains', { min: 1 })),
    own: list(ownName, 'host names and addresses'),
    content: either('true, false or options of contentFilters', found =>
      isRecord(found) ? contentSchema().check : flag(),
    ),
  })

/**
 * Early talkers, names, authentication, form, loops, relay control and limits that no honest client meets.
 *
 * @example
 * postern({ filters: recommended({ domains: ['example.org'], content: true }) })
 */
export function recommended(options: RecommendedOptions): readonly Filter[] {
  const { domains, own = [], content = false } = checked(schema(), options)
  return [
    earlyTalker(),
    rateLimit({
      limits: [
        { what: 'connections', per: 'network', limit: 300, within: '1m' },
        { what: 'failures', per: 'ip', limit: 100, within: '1h' },
      ],
    }),
    rdns(),
    helo({ own }),
    senderDomain(),
    spf(),
    recipients({ domains }),
    authenticatedFrom({ domains }),
    headerForm(),
    loop(),
    dkim(),
    dmarc(),
    ...(content === false ? [] : contentFilters({ domains, ...(content === true ? {} : content) })),
  ]
}
