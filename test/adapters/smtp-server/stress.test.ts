/** Less patience under load: what shrinks, what does not, and that a real client feels it. */
import { expect, test } from 'vitest'
import { toLimits } from '../../../src/adapters/smtp-server/limits.ts'
import { underStress } from '../../../src/adapters/smtp-server/stress.ts'
import { admission } from '../../../src/filters/admission.ts'
import type { Level, LoadMeter } from '../../../src/load/load.ts'
import { loadMeter } from '../../../src/load/meter.ts'
import { guardedServer } from '../../support/guarded-server.ts'

test('limits follow the load and come back with it; what is set lower stays', () => {
  let level: Level = 'green'
  const own = toLimits({ command: '5s' })
  const limits = underStress(own, () => ({ level, crowded: false }))
  expect({ ...limits }).toEqual(own)
  level = 'amber'
  expect({ ...limits }).toEqual({ ...own, transaction: 300_000, grace: 5_000 })
  level = 'red'
  expect({ ...limits }).toEqual({ ...own, junk: 5, errors: 3, transaction: 120_000, grace: 3_000 })
  level = 'green'
  expect({ ...limits }).toEqual(own)
})

test('W18 under stress a silent client has ten seconds', () => {
  expect(underStress(toLimits(), () => ({ level: 'red', crowded: false })).command).toBe(10_000)
})

test('W18 while others find no place the idle have two seconds, whatever the level', () => {
  const own = toLimits()
  const limits = underStress(own, () => ({ level: 'green', crowded: true }))
  expect({ ...limits }).toEqual({ ...own, junk: 5, errors: 3, command: 2_000, transaction: 120_000, grace: 2_000 })
})

test('W18 slow clients have all places, and a stranger comes in as soon as he asks for one of theirs', async () => {
  await using host = await guardedServer({ by: 'protect', filters: [admission({ most: 20, least: 20 })] })
  const slow = await Promise.all(Array.from({ length: 14 }, () => host.greeted()))
  const stranger = await host.greeted()
  expect(await stranger.say('MAIL FROM:<a@example.net>')).toMatch(/^250 /)
  await Promise.any(slow.map(({ closed }) => closed))
  expect(slow.map(({ heard }) => heard().split('\r\n').at(-2)).filter(last => last?.startsWith('421'))).not.toEqual([])
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
