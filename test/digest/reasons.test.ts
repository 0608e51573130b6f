/** Why a message is held, as its recipient reads it. */
import { expect, test } from 'vitest'
import { whyHeld } from '../../src/digest/reasons.ts'
import { en } from '../../src/digest/texts/en.ts'
import { kindOf } from '../../src/quarantine/roles.ts'

test.for([
  ['clamav/infected', 'it contains a virus; the virus scanner has found something'],
  ['clamav/unscannable', 'a part of it could not be examined; it is encrypted, damaged or too large to be examined'],
  ['unexamined', 'a part of it could not be examined; it is encrypted, damaged or too large to be examined'],
] as const)('%s: %s', ([rule, words]) => {
  const findings = [{ rule, reason: 'x', verdict: 'quarantine' }] as const
  expect(whyHeld(kindOf(findings), findings, en)).toBe(words)
})
