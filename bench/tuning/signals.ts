/** What has points that can be fitted: the content rules, their combinations, and findings of filters of the route. */
import { combinations } from '../../src/filters/content/combinations.ts'
import { ruleSets } from '../../src/filters/content/rule-sets.ts'
import { MAX_POINTS_ALONE } from '../../src/filters/rules/rule.ts'
import { PRUDENCE } from './prudence.ts'

export interface Signal {
  readonly group: string
  /** The most points of the group. */
  readonly cap: number
  /** The points that people gave. */
  readonly judged: number
  readonly max: number
  readonly certain: boolean
}

/** Points that people gave to findings of other filters, and the most that each may have. */
export const ROUTE: Readonly<Record<string, readonly [judged: number, max: number]>> = {
  'rdns/missing': [2, 3],
  'rdns/unconfirmed': [2, 3],
  'rdns/generic': [1.5, 3],
  'helo/malformed': [3, 4],
  'helo/bare-address': [3, 4],
  'helo/other-address': [3, 4],
  'helo/unqualified': [2, 3],
  'helo/unresolvable': [2, 3],
  'helo/generic': [1.5, 3],
  'helo/other-organisation': [1, 2],
  'spf/fail': [4, 4],
  'spf/softfail': [1.5, 3],
  'spf/neutral': [0.5, 1.5],
  'spf/none': [0.5, 1.5],
  'spf/permerror': [1, 2],
  'spf/weak': [1, 1],
  'spf/unexplained': [1, 2],
  'spf/helo-fail': [3, 3],
  'dkim/broken': [0.5, 0.5],
  'dkim/unsigned': [1, 2],
  'dmarc/unaligned': [0.5, 1],
  'header-form/unusable-author': [1, 3],
  'header-form/repeated': [4, 4],
  'header-form/missing-date': [1, 2],
  'header-form/missing-message-id': [1, 2],
  'header-form/control': [2, 3],
  'header-form/bare-line-end': [2, 3],
  'header-form/overlong': [1, 1],
  'header-form/eight-bit': [1, 2.5],
  'header-form/malformed': [1, 2],
}

export function signals(): ReadonlyMap<string, Signal> {
  const content = ruleSets().flatMap(({ name, caps, rules }) =>
    Object.entries(rules).map(([id, { group, points, max, certain }]): readonly [string, Signal] => [
      id,
      {
        group: `${name} ${group}`,
        cap: caps[group] ?? points,
        judged: points,
        max: Math.min(
          max ?? caps[group] ?? points,
          certain ? Number.POSITIVE_INFINITY : MAX_POINTS_ALONE,
          PRUDENCE[id] ?? Number.POSITIVE_INFINITY,
        ),
        certain: certain ?? false,
      },
    ]),
  )
  const combined = combinations.map(({ name, finding }): readonly [string, Signal] => [
    name,
    { group: name, cap: 4, judged: finding.points ?? 0, max: Math.min(4, PRUDENCE[name] ?? 4), certain: false },
  ])
  const route = Object.entries(ROUTE).map(([id, [judged, max]]): readonly [string, Signal] => [
    id,
    { group: id, cap: max, judged, max: Math.min(max, PRUDENCE[id] ?? max), certain: false },
  ])
  return new Map([...content, ...combined, ...route])
}
