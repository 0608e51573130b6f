/** Reads aggregate reports: those of RFC 9990, of RFC 7489, and of senders that follow neither to the letter. */
import type { AuthResult, DmarcRecord, DmarcReport, OverrideReason } from '../types.ts'
import { bounded, countIn, MAX_RECORDS, MAX_RESULTS, UnreadableError } from './limits.ts'
import { walkXml, type XmlVisitor } from './xml.ts'

/** How much of a report is read. */
interface AggregateLimits {
  readonly records: number
  /** Results and reasons of all records together. */
  readonly results: number
}

const LIMITS: AggregateLimits = { records: MAX_RECORDS, results: MAX_RESULTS }

/** @throws UnreadableError where it is no aggregate report */
export async function readAggregate(bytes: Buffer, limits = LIMITS): Promise<DmarcReport> {
  const builder = new Builder(limits)
  await walkXml(bytes, builder)
  return builder.report()
}

/** What was read of one record so far. */
interface Draft {
  readonly fields: Map<string, string>
  readonly overrides: OverrideReason[]
  readonly dkim: AuthResult[]
  readonly spf: AuthResult[]
  /** The elements of the result or reason that is being read. */
  part: Map<string, string>
}

const MAX_ERRORS = 20
/** Results and reasons of one record. */
const MAX_PARTS = 100

class Builder implements XmlVisitor {
  readonly #limits: AggregateLimits
  readonly #fields = new Map<string, string>()
  readonly #errors: string[] = []
  readonly #records: DmarcRecord[] = []
  #draft: Draft | undefined
  #root: string | undefined
  #isPartial = false
  #results = 0

  constructor(limits: AggregateLimits) {
    this.#limits = limits
  }

  open(path: string): void {
    this.#root ??= path
    if (path === 'feedback/record')
      this.#draft = { fields: new Map(), overrides: [], dkim: [], spf: [], part: new Map() }
    else if (PARTS.has(path) && this.#draft) this.#draft.part = new Map()
  }

  close(path: string, text: string): boolean {
    const value = bounded(text)
    if (path.startsWith('feedback/record')) return this.#closeInRecord(path, value)
    if (path === 'feedback/report_metadata/error') {
      if (value !== '' && this.#errors.length < MAX_ERRORS) this.#errors.push(value)
    } else if (!this.#fields.has(path)) this.#fields.set(path, value)
    return true
  }

  #closeInRecord(path: string, value: string): boolean {
    const draft = this.#draft
    if (draft === undefined) return true
    if (path === 'feedback/record') return this.#endRecord(draft)
    const kind = PARTS.get(path)
    const at = path.lastIndexOf('/')
    if (kind !== undefined) endPart(draft, kind)
    else if (PARTS.has(path.slice(0, at))) draft.part.set(path.slice(at + 1), value)
    else if (!draft.fields.has(path)) draft.fields.set(path, value)
    return true
  }

  #endRecord(draft: Draft): boolean {
    this.#draft = undefined
    const record = recordOf(draft)
    if (record === undefined) {
      this.#isPartial = true
      return true
    }
    const { dkimResults, spfResults, overrides } = record
    this.#results += dkimResults.length + spfResults.length + overrides.length
    if (this.#records.length >= this.#limits.records || this.#results > this.#limits.results) {
      this.#isPartial = true
      return false
    }
    this.#records.push(record)
    return true
  }

  report(): DmarcReport {
    if (this.#root !== 'feedback')
      throw new UnreadableError(
        `the XML begins with ${this.#root ?? 'nothing'}: an aggregate report begins with feedback`,
      )
    const metadata = (name: string) => this.#fields.get(`feedback/report_metadata/${name}`) ?? ''
    const policy = (name: string) => {
      const value = this.#fields.get(`feedback/policy_published/${name}`)
      return value === undefined || value === '' ? undefined : value
    }
    const domain = policy('domain')?.toLowerCase() ?? this.#records[0]?.headerFrom
    if (domain === undefined) throw new UnreadableError('the report does not say which domain it is about')
    const [contact, generator] = [metadata('extra_contact_info'), metadata('generator')]
    return {
      kind: 'dmarc',
      reporter: metadata('org_name'),
      email: metadata('email'),
      ...(contact !== '' && { contact }),
      id: metadata('report_id'),
      begin: timeIn(metadata('date_range/begin')),
      end: timeIn(metadata('date_range/end')),
      errors: this.#errors,
      ...(generator !== '' && { generator }),
      policy: {
        domain,
        p: policy('p')?.toLowerCase() ?? 'none',
        ...present({
          ...{ sp: policy('sp')?.toLowerCase(), np: policy('np')?.toLowerCase() },
          ...{ adkim: policy('adkim')?.toLowerCase(), aspf: policy('aspf')?.toLowerCase(), fo: policy('fo') },
          ...{ testing: policy('testing')?.toLowerCase(), discovery: policy('discovery_method')?.toLowerCase() },
        }),
      },
      records: this.#records,
      ...(this.#isPartial && { isPartial: true as const }),
    }
  }
}

/** What a record may have several of. */
const PARTS: ReadonlyMap<string, 'dkim' | 'spf' | 'reason'> = new Map([
  ['feedback/record/auth_results/dkim', 'dkim'],
  ['feedback/record/auth_results/spf', 'spf'],
  ['feedback/record/row/policy_evaluated/reason', 'reason'],
])

function endPart(draft: Draft, kind: 'dkim' | 'spf' | 'reason'): void {
  const list = kind === 'dkim' ? draft.dkim : kind === 'spf' ? draft.spf : draft.overrides
  if (list.length >= MAX_PARTS) return
  const value = (name: string) => draft.part.get(name) || undefined
  const comment = value('human_result')
  if (kind !== 'reason')
    draft[kind].push({
      domain: value('domain')?.toLowerCase() ?? '',
      result: value('result')?.toLowerCase() ?? 'none',
      ...present({ selector: value('selector'), scope: value('scope')?.toLowerCase(), comment }),
    })
  else
    draft.overrides.push({ type: value('type')?.toLowerCase() ?? 'other', ...present({ comment: value('comment') }) })
}

/** Undefined where it has no address or no count: what it tells cannot be known. */
function recordOf({ fields, overrides, dkim, spf }: Draft): DmarcRecord | undefined {
  const [ip = '', count] = [
    fields.get('feedback/record/row/source_ip'),
    countIn(fields.get('feedback/record/row/count') ?? ''),
  ]
  if (ip === '' || count === undefined) return undefined
  const evaluated = (name: string) => fields.get(`feedback/record/row/policy_evaluated/${name}`)?.toLowerCase() ?? ''
  const identifier = (name: string) => fields.get(`feedback/record/identifiers/${name}`)?.toLowerCase()
  return {
    ...{ ip, count },
    disposition: evaluated('disposition') || 'none',
    dkim: evaluated('dkim') || 'fail',
    spf: evaluated('spf') || 'fail',
    overrides,
    headerFrom: identifier('header_from') ?? '',
    ...present({ envelopeFrom: identifier('envelope_from'), envelopeTo: identifier('envelope_to') }),
    ...{ dkimResults: dkim, spfResults: spf },
  }
}

/** Without what is undefined. */
const present = <T extends object>(given: T) =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }

/** Seconds since 1970; some writers add a fraction. */
function timeIn(text: string): number {
  const [, seconds] = /^(\d{1,11})(?:\.\d{0,9})?$/.exec(text) ?? []
  return seconds === undefined ? 0 : Number(seconds) * 1000
}
