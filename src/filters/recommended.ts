/** The set that needs no daemon, no key and no network list: a good beginning for any host. */
import type { Filter } from '../core/filter.ts'
import { type ContentOptions, contentFilters } from './content.ts'
import { dkim } from './dkim.ts'
import { dmarc } from './dmarc.ts'
import { earlyTalker } from './early-talker.ts'
import { headerForm } from './header-form.ts'
import { helo } from './helo.ts'
import { loop } from './loop.ts'
import { rateLimit } from './rate-limit.ts'
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

/**
 * Early talkers, names, authentication, form, loops, relay control and limits that no honest client meets.
 *
 * @example
 * postern({ filters: recommended({ domains: ['example.org'], content: true }) })
 */
export const recommended = ({ domains, own = [], content = false }: RecommendedOptions): readonly Filter[] => [
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
  headerForm(),
  loop(),
  dkim(),
  dmarc(),
  ...(content === false ? [] : contentFilters({ domains, ...(content === true ? {} : content) })),
]
