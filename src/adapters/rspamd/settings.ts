/** Rspamd's Settings for one message: other scores, disabled rules, other thresholds. */

import type { SessionOverrides } from '../../engine/client.ts'
import type { Finding } from '../../model/finding.ts'
import { byScore } from '../../policy/thresholds.ts'
import { HttpError } from '../shared/web/request.ts'
import { symbolName, type Thresholds } from './result.ts'

const MAX_LENGTH = 65_536

export interface ReadSettings {
  readonly overrides: SessionOverrides
  readonly thresholds: Thresholds
}

/**
 * What `Settings: {"scores":{"SPF_FAIL":2},"symbols_disabled":["DNSBL_LISTED"],"actions":{"reject":10}}` asks for.
 * Names are those of our symbols, or of their groups, which are our filters.
 *
 * @throws HttpError for what is no JSON, or not of this form
 */
export function readSettings(text: string, usual: Thresholds): ReadSettings {
  const settings = parse(text)
  const scores = numbers(settings.scores ?? {}, 'scores')
  const disabled = new Set([...names(settings.symbols_disabled)].map(symbolName))
  const enabled =
    settings.symbols_enabled === undefined ? undefined : new Set(names(settings.symbols_enabled).map(symbolName))
  const groupsOff = new Set(names(settings.groups_disabled))
  const groupsOn = settings.groups_enabled === undefined ? undefined : new Set(names(settings.groups_enabled))
  const actions = numbers(settings.actions ?? {}, 'actions')
  const reject = actions.get('reject')
  const quarantine = actions.get('add header') ?? actions.get('add_header')
  const adjust = (finding: Finding): Finding | undefined => {
    const name = symbolName(finding.rule ?? '')
    const group = (finding.rule ?? '').split('/')[0] ?? ''
    const isOff = disabled.has(name) || groupsOff.has(group)
    const isLeftOut = (enabled || groupsOn) && !enabled?.has(name) && !groupsOn?.has(group)
    if (isOff || isLeftOut) return undefined
    const points = scores.get(name)
    return points === undefined ? finding : { ...finding, points }
  }
  if (actions.size === 0) return { overrides: { transformFinding: adjust }, thresholds: usual }
  const own = {
    reject: reject ?? usual.reject,
    quarantine: quarantine ?? usual.quarantine,
    // Who says from which score the field is added has said it for tagged messages, too.
    tag: quarantine === undefined ? usual.tag : OFF,
  }
  return { overrides: { transformFinding: adjust, policy: byScore(own) }, thresholds: own }
}

function parse(text: string): Readonly<Record<string, unknown>> {
  if (text.length > MAX_LENGTH) throw new HttpError(400, `Settings of more than ${MAX_LENGTH} characters`)
  try {
    const value: unknown = JSON.parse(text)
    if (isRecord(value)) return value
  } catch {
    // The error below says what was expected.
  }
  throw new HttpError(400, 'Settings are not a JSON object')
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const OFF = Number.POSITIVE_INFINITY
/** Scores and thresholds of more than this are mistakes. */
const MAX_POINTS = 1_000_000

/** Null switches a threshold off. */
function numbers(value: unknown, path: string): ReadonlyMap<string, number> {
  if (!isRecord(value)) throw new HttpError(400, `Settings: ${path} is not an object`)
  return new Map(
    Object.entries(value).map(([name, number]) => {
      const read = number === null && path === 'actions' ? OFF : number
      if (typeof read !== 'number' || (read !== OFF && Math.abs(read) > MAX_POINTS))
        throw new HttpError(400, `Settings: ${path}.${name.slice(0, 80)} is not a number of points`)
      if (number === OFF) throw new HttpError(400, `Settings: ${path}.${name.slice(0, 80)} is beyond all numbers`)
      return [path === 'scores' ? symbolName(name) : name, read]
    }),
  )
}

function names(value: unknown = []): readonly string[] {
  if (Array.isArray(value) && value.every(name => typeof name === 'string')) return value
  throw new HttpError(400, 'Settings: a list of names was expected')
}
