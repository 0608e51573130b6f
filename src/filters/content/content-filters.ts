/** All content filters, with the combinations of their findings that indicate phishing. */

import type { Filter } from '../../model/filter.ts'
import { checked, list, type Schema, schemaOf } from '../../model/options.ts'
import { domainPattern } from '../../net/checks.ts'
import { composite } from '../rules/composite.ts'
import { type Consequences, consequencesOf } from '../rules/rule.ts'
import { attachments } from './attachments/attachments.ts'
import { bounce } from './bounce.ts'
import { bulk } from './bulk.ts'
import { combinations } from './combinations.ts'
import type { Condition } from './composite.ts'
import { combinationPoints } from './content-filter.ts'
import { type GtubeOptions, gtube, gtubeVerdict } from './gtube.ts'
import { headers } from './headers/headers.ts'
import { html } from './html.ts'
import { impersonation } from './impersonation/impersonation.ts'
import { type Person, person } from './impersonation/person.ts'
import { links } from './links/links.ts'
import { certainRules, type RuleId, ruleSets } from './rule-sets.ts'
import { sharedEvidence } from './shared-evidence.ts'
import { structure } from './structure.ts'
import { trust } from './trust.ts'
import { type UnexaminedOptions, unexamined, unexaminedVerdict } from './unexamined.ts'
import { wording } from './wording/wording.ts'

/** Options of {@link contentFilters}. */
export interface ContentOptions {
  /**
   * Your domains: senders and links that resemble them, and unauthenticated mail from them, are reported. @default []
   */
  readonly domains?: readonly string[]
  /** People whose names only they may use. @default [] */
  readonly people?: readonly Person[]
  /**
   * What a rule leads to, by its id: other points, a verdict, or `'off'`.
   * @default the table in docs/reference/rules.md
   */
  readonly points?: Consequences<RuleId>
  /** What a message leads to that was not examined completely; see `unexamined`. @default 'quarantine' */
  readonly unexamined?: UnexaminedOptions['verdict']
  /** What the test message GTUBE leads to: `'quarantine'` shows how mail is held and released. @default 'reject' */
  readonly gtube?: GtubeOptions['verdict']
}

/** @internal */
export const contentSchema = (): Schema<ContentOptions> =>
  schemaOf<ContentOptions>('contentFilters', {
    domains: list(domainPattern(), 'domains'),
    people: list(person(), 'people'),
    points: consequencesOf<RuleId>(ruleSets(), thoseBeside),
    unexamined: unexaminedVerdict,
    gtube: gtubeVerdict,
  })

/** Some of very many rules: those of the filter that `found` names. */
function thoseBeside(found: string, ids: readonly string[]): string {
  const beside = ids.filter(id => id.startsWith(found.slice(0, found.indexOf('/') + 1))).slice(0, MAX_NAMES)
  return `one of ${ids.length} names, such as ${(beside.length > 0 ? beside : ids.slice(0, MAX_NAMES)).join(', ')}`
}

const MAX_NAMES = 40

/**
 * All content filters, to be added to other filters. They share one reading of the message. They ask DNS for the
 * author’s DMARC policy, and the store; nothing else.
 *
 * @example
 * const domains = ['example.org']
 * const content = contentFilters({ domains, points: { 'wording/advertising': 'off' } })
 * postern({ filters: [...recommended({ domains }), ...content] })
 * @throws PosternError when an option names no rule, or a consequence that makes no sense
 */
export function contentFilters(options: ContentOptions = {}): readonly Filter[] {
  const { domains = [], people = [], points = {}, unexamined: verdict, gtube: test } = checked(contentSchema(), options)
  const of = <Id extends RuleId>(name: string): { readonly points: Consequences<Id> } => ({
    points: Object.fromEntries(Object.entries(points).filter(([id]) => id.startsWith(`${name}/`))) as Consequences<Id>,
  })
  return [
    gtube(test === undefined ? {} : { verdict: test }),
    unexamined(verdict === undefined ? {} : { verdict }),
    structure(of('structure')),
    headers(of('headers')),
    impersonation({ people, protect: domains, ...of('impersonation') }),
    links({ protect: domains, ...of('links') }),
    html(of('html')),
    wording(of('wording')),
    attachments(of('attachments')),
    bounce({ domains }),
    bulk(),
    sharedEvidence(),
    trust(certainRules()),
    ...combinations.flatMap(combination => {
      const { name, when, finding } = combination
      const points = combinationPoints(combination)
      return points === 0 ? [] : composite(name, when satisfies Condition, { ...finding, points })
    }),
  ]
}
