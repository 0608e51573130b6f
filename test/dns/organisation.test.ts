/** The age of the public suffix list, and that it is the one in use. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { suffixList } from '../../src/dns/organisation.ts'
import { postern } from '../../src/index.ts'
import type { Notice } from '../../src/model/services.ts'
import { clock } from '../../src/testing/clock.ts'

const DAY = 86_400_000
const told = async (days: number): Promise<readonly Notice[]> => {
  const notices: Notice[] = []
  const now = Date.parse(suffixList.published) + days * DAY
  const gateway = postern({ filters: [], clock: clock({ now }), notify: notice => notices.push(notice) })
  await gateway.close()
  return notices
}

test('A21 a gateway that starts with a list of 91 days says so', async () => {
  expect(await told(91)).toEqual([
    {
      code: 'organisation/old',
      reason: `the public suffix list is 91 days old, of ${suffixList.published}: update postern`,
      level: 'warning',
    },
  ])
})

test('A21 a list of 90 days is not old, nor is one from a clock that is behind', async () => {
  expect([...(await told(90)), ...(await told(-3))]).toEqual([])
})

test('A21 the date is that of the version in use', () => {
  const { version } = JSON.parse(readFileSync('node_modules/tldts/package.json', 'utf8'))
  expect(version).toBe(suffixList.version)
})
