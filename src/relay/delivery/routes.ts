/** Finds the route of a recipient by its domain. */
import { findName, readName } from '../../net/names.ts'
import { domainOf, mailboxOf } from '../../net/path.ts'
import { HopTarget } from './hop-target.ts'
import { MaildirTarget } from './maildir-target.ts'
import { CachedSource } from './recipients/cached.ts'
import { recipientCallback } from './recipients/callback.ts'
import { RecipientFile } from './recipients/file.ts'
import { recipientList } from './recipients/list.ts'
import { HopProbe } from './recipients/probe.ts'
import { KNOWN, type RecipientSource } from './recipients/source.ts'
import { recipientUrl } from './recipients/url.ts'
import type { Target } from './target.ts'
import type { DeliveryOptions, DeliveryServices, RouteOptions } from './types.ts'

export interface Route {
  readonly target: Target
  readonly recipients: RecipientSource
}

export class Routes {
  readonly targets: readonly Target[]
  readonly hopTargets: readonly HopTarget[]
  readonly maildirs: readonly MaildirTarget[]
  readonly all: readonly Route[]
  /** Empty: there is a route for every domain. */
  readonly domains: readonly string[]
  readonly #byDomain: ReadonlyMap<string, Route>
  /** For the domains that no route names. */
  readonly #rest: Route | undefined

  /** Opens Maildirs. @throws an error of the system where one cannot be made */
  static async open({ routes }: DeliveryOptions, services: DeliveryServices): Promise<Routes> {
    const named = new Map(
      routes.flatMap(({ domains = [] }) => domains.flatMap(name => namesOf(name))).map(n => [n, true]),
    )
    const isOurs = (reversePath: string) => findName(named, mailboxOf(reversePath).domain) === true
    const maildirs = new Map<string, MaildirTarget>()
    const opened: (readonly [RouteOptions, Route])[] = []
    for (const options of routes) {
      const target = await openTarget(options, services, isOurs, maildirs)
      opened.push([options, { target, recipients: openSource(options, target, services) }])
    }
    return new Routes(opened)
  }

  private constructor(routes: readonly (readonly [RouteOptions, Route])[]) {
    const named = routes.flatMap(([{ domains = [] }, route]) =>
      domains.flatMap(name => namesOf(name).map(key => [key, route] as const)),
    )
    this.all = routes.map(([, route]) => route)
    this.targets = [...new Set(this.all.map(({ target }) => target))]
    this.hopTargets = this.targets.filter(target => target instanceof HopTarget)
    this.maildirs = this.targets.filter(target => target instanceof MaildirTarget)
    this.#byDomain = new Map(named)
    this.#rest = routes.find(([{ domains }]) => domains === undefined)?.[1]
    const rewritten = this.hopTargets.flatMap(({ srs }) => srs?.domain ?? [])
    this.domains = this.#rest === undefined ? [...new Set([...named.map(([name]) => name), ...rewritten])] : []
  }

  /** `<postmaster>` without a domain goes to the route of all domains, or else to the first one (RFC 5321 §4.5.1). */
  find(forwardPath: string): Route | undefined {
    const { domain } = mailboxOf(forwardPath)
    if (domain === '') return this.#rest ?? this.all[0]
    return findName(this.#byDomain, domainOf(domain)) ?? this.#rest
  }

  /** The target that has rewritten this address, if it is one. */
  rewrittenBy(forwardPath: string): HopTarget | undefined {
    return this.hopTargets.find(({ srs }) => srs?.isRewritten(forwardPath))
  }

  close(): void {
    for (const { recipients } of this.all) recipients.close()
    for (const target of this.targets) target.close()
  }
}

const namesOf = (name: string): readonly string[] => {
  const key = readName(name)
  return typeof key === 'string' ? [key] : []
}

async function openTarget(
  { nextHop, maildir = '' }: RouteOptions,
  services: DeliveryServices,
  isOurs: (reversePath: string) => boolean,
  maildirs: Map<string, MaildirTarget>,
): Promise<Target> {
  if (nextHop !== undefined) return new HopTarget(nextHop, services, isOurs)
  const target = maildirs.get(maildir) ?? (await MaildirTarget.open(maildir, services.files))
  maildirs.set(maildir, target)
  return target
}

/** A next hop is asked itself, unless the route names another source. */
function openSource(
  { recipients }: RouteOptions,
  target: Target,
  { clock, notify }: DeliveryServices,
): RecipientSource {
  const fromHop = recipients === undefined || (recipients !== 'any' && 'nextHop' in recipients)
  if (fromHop && target instanceof HopTarget) {
    const options = recipients === undefined ? {} : recipients.nextHop
    return new CachedSource(new HopProbe(target.hop, options), options.cache, clock)
  }
  if (recipients === undefined || recipients === 'any' || 'nextHop' in recipients) return everyRecipient
  if ('list' in recipients) return recipientList(recipients.list)
  if ('file' in recipients) return new RecipientFile(recipients.file, clock, notify)
  if ('ask' in recipients) return new CachedSource(recipientCallback(recipients, clock), recipients.cache, clock)
  return new CachedSource(recipientUrl(recipients), recipients.cache, clock)
}

const everyRecipient: RecipientSource = { name: 'any', check: () => KNOWN, close: () => undefined }
