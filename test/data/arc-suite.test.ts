/** The open suite of ARC chains, case by case. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { arc } from '../../src/facts/arc/arc.ts'
import { ask } from '../../src/testing/probe.ts'
import { zone } from '../../src/testing/zone.ts'

interface Section {
  readonly description: string
  readonly tests: Readonly<Record<string, { readonly message: string; readonly cv: 'Pass' | 'Fail' | 'None' | '' }>>
  readonly 'txt-records': Readonly<Record<string, string>>
}

const suite: readonly Section[] = JSON.parse(
  readFileSync(join(process.env.POSTERN_DATA ?? '../shared/data', 'suites/arc-validation.json'), 'utf8'),
)

// What we say otherwise than the suite, and why.
const misses: Readonly<Record<string, string>> = {
  ams_fields_c_na: 'without c= a signature is simple/simple (RFC 6376 §3.5); the one in this case was made as relaxed',
  ams_fields_h_empty: 'a signature that covers no field, From least of all, vouches for nothing (RFC 6376 §5.4)',
}

describe.for(suite)('$description', ({ tests, 'txt-records': records }) => {
  const dns = zone(Object.fromEntries(Object.entries(records).map(([name, text]) => [name, { TXT: [text] }])))
  test.for(Object.entries(tests))('%s', async ([name, { message, cv }]) => {
    const { result } = await ask(arc, { dns, message: Buffer.from(message.replace(/\r?\n/g, '\r\n'), 'latin1') })
    const expected = cv === '' ? 'fail' : cv.toLowerCase()
    expect(result).toBe(name in misses ? 'fail' : expected)
  })
})

test('the suite has its 171 cases, and no more than two are missed', () => {
  expect(suite.reduce((sum, { tests }) => sum + Object.keys(tests).length, 0)).toBe(171)
  expect(Object.keys(misses).length).toBeLessThanOrEqual(2)
})
