/** The set of filters that needs no daemon, no key and no DNS list: a good beginning for any host. */
import { flag } from '../model/checks.ts'
import type { Filter } from '../model/filter.ts'
import { type Check, checked, either, isRecord, list, required, type Schema, schemaOf } from '../model/options.ts'
import { domainPattern } from '../net/checks.ts'
import { type AuthenticatedFromOptions, authenticatedFrom, authenticatedFromSchema } from './authenticated-from.ts'
import { type ContentOptions, contentFilters, contentSchema } from './content/content-filters.ts'
import { type DkimOptions, dkim, dkimSchema } from './dkim.ts'
import { type DmarcOptions, dmarc, dmarcSchema } from './dmarc/dmarc.ts'
import { type EarlyTalkerOptions, earlyTalker, earlyTalkerSchema } from './early-talker.ts'
import { type HeaderFormOptions, headerForm, headerFormSchema } from './header-form.ts'
import { type HeloOptions, helo, heloSchema, ownName } from './helo.ts'
import { type LoopOptions, loop, loopSchema } from './loop.ts'
import { type RateLimitOptions, rateLimit, rateLimitSchema } from './rate-limit/rate-limit.ts'
import { type RdnsOptions, rdns, rdnsSchema } from './rdns.ts'
import { type RecipientsOptions, recipients, recipientsSchema } from './recipients.ts'
import { type SenderDomainOptions, senderDomain, senderDomainSchema } from './sender-domain.ts'
import { type SpfOptions, spf, spfSchema } from './spf.ts'

/** What `recommended` takes: your domains, and for each filter of the set its options, or `false` to leave it out. */
export interface RecommendedOptions {
  /** The domains that mail is accepted for. Mail for others is refused unless its sender has authenticated. */
  readonly domains: readonly string[]
  /** Our own host names and addresses: no client may give them in its greeting. @default [] */
  readonly own?: readonly string[]
  /**
   * Also look at what messages contain: links, attachments, hidden text, words (see `contentFilters`). Your domains are
   * protected unless other options are given. @default false
   */
  readonly content?: boolean | ContentOptions
  /** Options of `earlyTalker`, or false to leave it out. @default {} */
  readonly earlyTalker?: EarlyTalkerOptions | false
  /** @default 300 connections a minute per network, 100 refusals an hour per address */
  readonly rateLimit?: RateLimitOptions | false
  /** Options of `rdns`, or false to leave it out. @default {} */
  readonly rdns?: RdnsOptions | false
  /** @default { own } */
  readonly helo?: HeloOptions | false
  /** Options of `senderDomain`, or false to leave it out. @default {} */
  readonly senderDomain?: SenderDomainOptions | false
  /** Options of `spf`, or false to leave it out. @default {} */
  readonly spf?: SpfOptions | false
  /** With `false` the host itself must refuse mail of strangers to other domains. @default { domains } */
  readonly recipients?: RecipientsOptions | false
  /** @default { domains } */
  readonly authenticatedFrom?: AuthenticatedFromOptions | false
  /** Options of `headerForm`, or false to leave it out. @default {} */
  readonly headerForm?: HeaderFormOptions | false
  /** Options of `loop`, or false to leave it out. @default {} */
  readonly loop?: LoopOptions | false
  /** Options of `dkim`, or false to leave it out. @default {} */
  readonly dkim?: DkimOptions | false
  /** Options of `dmarc`, or false to leave it out. @default {} */
  readonly dmarc?: DmarcOptions | false
}

const never = flag()

/** The options of a filter, or false. */
const optional = <T extends object>({ name, check }: Schema<T>): Check<T | false> =>
  either(`false or options of ${name}`, found => (isRecord(found) ? check : found === false ? never : undefined))

const schema = (): Schema<RecommendedOptions> =>
  schemaOf<RecommendedOptions>('recommended', {
    domains: required(list(domainPattern(), 'domains', { min: 1 })),
    own: list(ownName, 'host names and addresses'),
    content: either('true, false or options of contentFilters', found =>
      isRecord(found) ? contentSchema().check : typeof found === 'boolean' ? flag() : undefined,
    ),
    earlyTalker: optional(earlyTalkerSchema),
    rateLimit: optional(rateLimitSchema),
    rdns: optional(rdnsSchema),
    helo: optional(heloSchema),
    senderDomain: optional(senderDomainSchema),
    spf: optional(spfSchema),
    recipients: optional(recipientsSchema),
    authenticatedFrom: optional(authenticatedFromSchema),
    headerForm: optional(headerFormSchema),
    loop: optional(loopSchema),
    dkim: optional(dkimSchema),
    dmarc: optional(dmarcSchema),
  })

/** Limits that no honest client meets. */
const limits: RateLimitOptions['limits'] = [
  { what: 'connections', per: 'network', limit: 300, within: '1m' },
  { what: 'failures', per: 'ip', limit: 100, within: '1h' },
]

/**
 * The recommended filters: early talkers, names, authentication, form, loops, relay control and limits that no honest
 * client meets.
 *
 * @throws PosternError when an option of the set or of one of its filters is wrong
 * @example
 * postern({ filters: recommended({ domains: ['example.org'], dmarc: { onReject: 'quarantine' }, spf: false }) })
 */
export function recommended(options: RecommendedOptions): readonly Filter[] {
  const { domains, own = [], content = false, ...of } = checked(schema(), options)
  const filters: readonly (Filter | false)[] = [
    of.earlyTalker !== false && earlyTalker(of.earlyTalker),
    of.rateLimit !== false && rateLimit({ limits, ...of.rateLimit }),
    of.rdns !== false && rdns(of.rdns),
    of.helo !== false && helo({ own, ...of.helo }),
    of.senderDomain !== false && senderDomain(of.senderDomain),
    of.spf !== false && spf(of.spf),
    of.recipients !== false && recipients({ domains, ...of.recipients }),
    of.authenticatedFrom !== false && authenticatedFrom({ domains, ...of.authenticatedFrom }),
    of.headerForm !== false && headerForm(of.headerForm),
    of.loop !== false && loop(of.loop),
    of.dkim !== false && dkim(of.dkim),
    of.dmarc !== false && dmarc(of.dmarc),
    ...(content === false ? [] : contentFilters({ domains, ...(content === true ? {} : content) })),
  ]
  return filters.filter(filter => filter !== false)
}
