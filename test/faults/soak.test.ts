/** A short soak, so that every run of the tests sees one; `npm run soak` takes as long as its argument says. */
import { expect, test } from 'vitest'
import { long } from '../support/full.ts'
import { attacks as kinds } from './hostile.ts'
import { isBack } from './leaks.ts'
import { slope, soak } from './soak.ts'

const MB = 1024 ** 2
const SECONDS = long ? 20 : 8

test(`O08 ${SECONDS} seconds of honest mail with every kind of attack among it: memory and handles stay flat`, {
  timeout: 180_000,
}, async () => {
  await soak({ seconds: SECONDS }, async ({ relay, before, samples, answers, wrongs, attacks }) => {
    expect(attacks).toBeGreaterThan(Object.keys(kinds).length * 0.8)
    expect(wrongs).toEqual([])
    const all = Object.values(answers).reduce((sum, count) => sum + count, 0)
    expect(Object.keys(answers).filter(reply => !/^(?:250|4\d\d )/.test(reply))).toEqual([])
    // Some are put off where the machine is busy with other things.
    expect(answers[250]).toBeGreaterThan(all / 2)
    // Bytes in all of the time: what is kept of so many clients and senders is small.
    expect((slope(samples, 'heap') * SECONDS) / 60).toBeLessThan(4 * MB)
    expect((slope(samples, 'rss') * SECONDS) / 60).toBeLessThan(32 * MB)
    await isBack(relay, before, expect)
  })
})
