/** Only rules marked certain reach the quarantine threshold alone. */
import { expect, test } from 'vitest'
import { ruleSets } from '../../../src/filters/content/rule-sets.ts'
import { defaultPoints, type Rule } from '../../../src/filters/rules/rule.ts'

const rules = ruleSets().flatMap(set => Object.entries<Rule<never>>(set.rules))

test('a rule that is not certain stays below the quarantine threshold, whatever points it names', () => {
  const alone = ruleSets().flatMap(({ rules, measured }) =>
    Object.entries<Rule<never>>(rules).filter(([id, rule]) => !rule.certain && defaultPoints(rule, measured[id]) >= 6),
  )
  expect(alone).toEqual([])
  expect(defaultPoints({ points: 9 })).toBe(5.5)
  expect(defaultPoints({ points: 1 }, 9)).toBe(5.5)
  expect(defaultPoints({ points: 9, certain: true })).toBe(9)
})

test('programs, hidden files, fragments, exploits and what the operator has blocked are certain', () => {
  expect(rules.flatMap(([id, { certain }]) => (certain ? [id] : [])).sort()).toEqual([
    'attachments/auto-executable',
    'attachments/blocked',
    'attachments/bomb',
    'attachments/exploit',
    'attachments/onenote',
    'attachments/program',
    'structure/hidden-file',
    'structure/partial',
  ])
})

test('what protects the domains and persons of the operator costs something without options', () => {
  const protecting =
    /^impersonation\/(?:person|look-alike-protected|other-tld|protected-domain)$|^links\/look-alike-protected$/
  const costs = ruleSets().flatMap(({ rules, measured }) =>
    Object.entries<Rule<never>>(rules)
      .filter(([id]) => protecting.test(id))
      .map(([id, rule]) => [id, defaultPoints(rule, measured[id])] as const),
  )
  expect(costs).toHaveLength(5)
  expect(costs.filter(([, points]) => points < 1)).toEqual([])
})
