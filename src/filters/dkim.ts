/**
 * `dkim`: what is suspicious about the signatures of a message. A signature that fails means no more than no signature
 * (RFC 6376 §6.1), so this filter does not refuse by default. What a passing signature is worth, `dmarc` decides.
 */

import { isSameOrganisation } from '../dns/organisation.ts'
import { type Author, author } from '../facts/author.ts'
import { type Dkim, type DkimSignature, dkim as signatures } from '../facts/dkim/dkim.ts'
import { spf } from '../facts/spf/spf.ts'
import { score } from '../model/checks.ts'
import type { Filter } from '../model/filter.ts'
import { type Finding, type Findings, points } from '../model/finding.ts'
import { checked, schemaOf } from '../model/options.ts'
import type { Message } from '../model/stage.ts'
import { withDefaults } from './measured-defaults.ts'

/** Points of `dkim`. Where `docs/reference/rules.md` has measured points, those are the defaults. */
export interface DkimOptions {
  /** Points when there are signatures and none passes: lists and old forwarders break them. @default 0.5 */
  readonly broken?: number
  /** Points when the passing signatures end before the body does, so that text may have been appended. @default 2 */
  readonly partial?: number
  /**
   * Points when a field that may occur once, such as Subject, occurs again and the signatures do not cover it.
   * @default 5
   */
  readonly addedField?: number
  /**
   * Points when no passing signature covers Subject, Reply-To or the fields that say how the body is shown.
   * @default 0.5
   */
  readonly uncovered?: number
  /** Points when there are more signatures than are verified. @default 1 */
  readonly tooMany?: number
  /**
   * Points when there is no signature, and SPF does not prove the author's organisation. Mail of lists (RFC 2919) and
   * of machines (a null reverse-path, RFC 3834) costs nothing. @default 1
   */
  readonly unsigned?: number
}

/** @internal */
export const dkimSchema = schemaOf<DkimOptions>('dkim', {
  broken: score({ min: 0 }),
  partial: score({ min: 0 }),
  addedField: score({ min: 0 }),
  uncovered: score({ min: 0 }),
  tooMany: score({ min: 0 }),
  unsigned: score({ min: 0 }),
})

/**
 * Looks for suspicious and missing signatures at `message`. Finds nothing in a signature that passes and covers what it
 * should, nor in unsigned mail of an author that SPF proves, or about whom SPF has no answer.
 *
 * @throws PosternError when a number of points is wrong
 *
 * @example
 * dkim({ partial: 6 }) // beside the default thresholds: a message that was signed in part is quarantined
 */
export function dkim(options: DkimOptions = {}): Filter {
  return new DkimPolicy(withDefaults('dkim', DEFAULTS, checked(dkimSchema, options))).filter()
}

const DEFAULTS: Readonly<Required<DkimOptions>> = {
  broken: 0.5,
  partial: 2,
  addedField: 5,
  uncovered: 0.5,
  tooMany: 1,
  unsigned: 1,
}

class DkimPolicy {
  readonly #costs: Readonly<Required<DkimOptions>>

  constructor(costs: Readonly<Required<DkimOptions>>) {
    this.#costs = costs
  }

  filter(): Filter {
    return {
      name: 'dkim',
      checks: 'identity',
      reads: [signatures],
      message: async message => {
        const found = await message.ask(signatures)
        const who = await message.ask(author)
        const isSigned = found.signatures.length + found.ignored > 0
        return isSigned ? this.#judge(found, who) : this.#judgeUnsigned(message, who)
      },
    }
  }

  #judge(found: Dkim, who: Author): readonly Finding[] {
    const passing = found.signatures.filter(({ result }) => result === 'pass')
    const many = found.ignored > 0 && points(this.#costs.tooMany, countOf(found), { rule: 'too-many' })
    const trial = passing.find(({ testing }) => testing)
    const testing = trial && { rule: 'testing', reason: `${trial.domain} says that it is only testing DKIM (t=y)` }
    const main = passing.length > 0 ? this.#judgePassing(relevant(passing, who)) : this.#judgeOthers(found.signatures)
    return [...main, testing, many].filter(finding => typeof finding === 'object')
  }

  #judgePassing(passing: readonly DkimSignature[]): readonly Finding[] {
    const { partial, addedField, uncovered } = this.#costs
    const [first] = passing
    const { signed, total } = first?.partial ?? { signed: 0, total: 0 }
    const appended = `the signature of ${first?.domain} ends at byte ${signed} of ${total}: the rest may be from anybody`
    const again = uncoveredFields(passing, ({ present }) => present > 1)
    const once = uncoveredFields(passing, ({ name, present }) => present === 1 && SHOWN.has(name))
    return [
      passing.every(signature => signature.partial) && points(partial, appended, { rule: 'partial' }),
      again !== '' && points(addedField, `${again} may have been added after signing`, { rule: 'added-field' }),
      once !== '' &&
        points(uncovered, `${once} is covered by no passing signature of the author`, { rule: 'uncovered' }),
    ].filter(finding => typeof finding === 'object')
  }

  #judgeOthers(others: readonly DkimSignature[]): readonly Finding[] {
    const unknown = others.find(({ result }) => result === 'temperror')
    if (unknown !== undefined) return [{ rule: 'unknown', reason: unknown.reason }]
    const [first] = others
    if (first === undefined) return []
    return [points(this.#costs.broken, `no signature passes: ${first.reason}`, { rule: 'broken' })]
  }

  async #judgeUnsigned(message: Message, who: Author): Promise<Findings> {
    if (isListOrMachine(message) || who.kind !== 'clear' || !(await isUnproven(message, who.domain))) return undefined
    const reason = `there is no signature, and SPF does not prove that ${who.domain} sent the message`
    return points(this.#costs.unsigned, reason, { rule: 'unsigned' })
  }
}

/** Lists and machines often send without a signature, and their mail has little to win by one. */
const isListOrMachine = ({ reversePath, header }: Message): boolean =>
  reversePath === '' ||
  header.all('list-id').length > 0 ||
  header.all('list-post').length > 0 ||
  /^\s*auto-/i.test(header.get('auto-submitted') ?? '')

/** Whether SPF certainly does not prove the author's organisation. What is not known is no evidence. */
async function isUnproven(message: Message, domain: string): Promise<boolean> {
  if (message.client === 'forwarder') return false
  const sender = await message.ask(spf)
  if (sender.result === 'unknown' || sender.result === 'temperror') return false
  return sender.result !== 'pass' || sender.permissive || !isSameOrganisation(sender.domain, domain)
}

/**
 * The signatures of the author's organisation, where there are any. Anybody can sign a message after adding to it
 * (RFC 6376 §8.15), so that another organisation's signature makes nothing good.
 */
function relevant(passing: readonly DkimSignature[], who: Author): readonly DkimSignature[] {
  const own = who.kind === 'clear' ? passing.filter(({ domain }) => isSameOrganisation(domain, who.domain)) : []
  return own.length > 0 ? own : passing
}

// Fields that a person sees, that direct the answer, and that say how the body is read.
const SHOWN: ReadonlySet<string> = new Set(['subject', 'reply-to', 'content-type', 'content-transfer-encoding'])

const countOf = ({ signatures: { length }, ignored }: Dkim): string =>
  `there are ${length + ignored} signatures, and only ${length} were verified`

/** The fields of this kind that no passing signature covers, for a sentence. */
function uncoveredFields(
  passing: readonly DkimSignature[],
  kind: (field: DkimSignature['unsigned'][number]) => boolean,
): string {
  const [first, ...others] = passing.map(({ unsigned }) => unsigned.filter(kind).map(({ name }) => name))
  return (first ?? []).filter(name => others.every(names => names.includes(name))).join(', ')
}
