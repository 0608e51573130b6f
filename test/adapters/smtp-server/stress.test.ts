/** Less patience under load: what shrinks, what does not, and that a real client feels it. */
import { expect, test } from 'vitest'
import { toLimits } from '../../../src/adapters/smtp-server/limits.ts'
import { underStress } from '../../../src/adapters/smtp-server/stress.ts'
import type { Level, LoadMeter } from '../../../src/load/load.ts'
import { loadMeter } from '../../../src/load/meter.ts'
import { guardedServer } from '../../support/guarded-server.ts'

test('limits follow the load and come back with it; what is set lower stays', () => {
  let level: Level = 'green'
  const own = toLimits({ command: '5s' })
  const limits = underStress(own, () => level)
  expect({ ...limits }).toEqual(own)
  level = 'amber'
  expect({ ...limits }).toEqual({ ...own, transaction: 300_000, grace: 5_000 })
  level = 'red'
  expect({ ...limits }).toEqual({ ...own, junk: 5, errors: 3, transaction: 120_000, grace: 3_000 })
  level = 'green'
  expect({ ...limits }).toEqual(own)
})

test('W18 under stress a silent client has ten seconds', () => {
  expect(underStress(toLimits(), () => 'red').command).toBe(10_000)
})

test('while the load is red a client is hung up on at its third error; a moment later, all being green, at its tenth', async () => {
  let level: Level = 'red'
  const measured = loadMeter()
  const load: LoadMeter = {
    ...measured,
    get level() {
      return level
    },
  }
  await using host = await guardedServer({ by: 'protect', gateway: { load } })
  const errors = async () => {
    const client = await host.greeted()
    let count = 0
    while ((await client.say('MAIL FROM:<a@example.net> NONSENSE=1')).startsWith('5')) count += 1
    client.destroy()
    return count
  }
  expect(await errors()).toBe(3)
  level = 'green'
  expect(await errors()).toBe(10)
})
