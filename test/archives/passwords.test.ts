/** Encrypted archives are opened with the passwords of the message, and what is in them is examined. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { inspector } from '../../src/archives/inspect.ts'
import type { Inspection } from '../../src/archives/inspection.ts'
import { MAX_WORK, PasswordTrial } from '../../src/archives/passwords/trial.ts'
import { cpuOfAsync } from '../support/cpu.ts'
import { dice, runs } from '../support/random.ts'

const fixture = (name: string): Buffer => readFileSync(`fixtures/encrypted/${name}`)
const candidates = (passwords: readonly string[]) => async () =>
  passwords.map(password => ({ password, place: 'text' as const }))
const inspect = async (name: string, bytes: Buffer, ...passwords: readonly string[]): Promise<Inspection | undefined> =>
  await inspector({ signal: new AbortController().signal, passwords: candidates(passwords) })(name, bytes)

const ZIPS = ['zipcrypto.zip', 'aes128.zip', 'aes256.zip']

test.for(ZIPS)(
  'M13 %s is opened with the right one of several passwords, and the program in it is found',
  async name => {
    const found = await inspect(name, fixture(name), 'wrong', 'Password', '4471-K')
    expect(found?.traits).toEqual(['decrypted'])
    expect(found?.evidence).toEqual(['a password in the text opened it'])
    expect(found?.inside.map(({ name, inspection }) => [name, inspection.format])).toEqual([['order.exe', 'pe']])
    expect(found?.members.map(({ encrypted }) => encrypted)).toEqual([true, true])
  },
)

test.for(ZIPS)('%s stays closed for wrong passwords, and its names are listed', async name => {
  const found = await inspect(name, fixture(name), ...Array.from({ length: 20 }, (_, index) => `wrong ${index}`))
  expect(found?.traits).toEqual(['encrypted'])
  expect(found?.inside).toEqual([])
  expect(found?.members.map(({ name }) => name).sort()).toEqual(['figures.txt', 'order.exe'])
})

test.for(ZIPS)('%s with changed bytes is opened, refused or damaged, and never throws', async name => {
  const whole = fixture(name)
  const roll = dice(name.length)
  for (let run = 0; run < runs(300); run++) {
    const bytes = Buffer.from(whole)
    for (let change = 0; change <= run % 4; change++) bytes[roll(bytes.length)] = roll(256)
    const cut = run % 5 === 0 ? bytes.subarray(0, roll(bytes.length)) : bytes
    const found = await inspect(name, cut, '4471-K')
    // A changed content is not taken for an opened one: its checksum or its code says so.
    if (found?.traits.includes('decrypted')) expect(found.format).toBe('zip')
  }
})

test('what opened one archive is tried first for the next', async () => {
  const tried: string[] = []
  const trial = new PasswordTrial(candidates(['a', 'b', 'c']))
  const opens = (password: string): boolean => {
    tried.push(password)
    return password === 'c'
  }
  await trial.open(1, opens)
  await trial.open(1, opens)
  expect(tried).toEqual(['a', 'b', 'c', 'c'])
})

test('the passwords are looked for once, when the first encrypted archive is met', async () => {
  let asked = 0
  const inspect = inspector({
    signal: new AbortController().signal,
    passwords: async () => {
      asked++
      return []
    },
  })
  await inspect('plain.txt', Buffer.from('words'))
  expect(asked).toBe(0)
  await inspect('a.zip', fixture('aes256.zip'))
  await inspect('b.zip', fixture('zipcrypto.zip'))
  expect(asked).toBe(1)
})

test('the work for all archives of a message is bounded: attempts end when it is used up', async () => {
  let attempts = 0
  const trial = new PasswordTrial(candidates(Array.from({ length: 20 }, (_, index) => `wrong ${index}`)))
  for (let archive = 0; archive < 100; archive++) {
    await trial.open(2000, () => {
      attempts++
      return false
    })
  }
  expect(attempts).toBe(MAX_WORK / 2000)
})

test('a hundred encrypted archives cost no more than their bound', async () => {
  const bytes = fixture('aes256.zip')
  const inspect = inspector({
    signal: new AbortController().signal,
    passwords: candidates(Array.from({ length: 20 }, (_, index) => `wrong ${index}`)),
  })
  const work = async () => {
    for (let archive = 0; archive < 100; archive++)
      await inspect('a.zip', Buffer.concat([bytes, Buffer.from(`${archive}`)]))
  }
  // Without the bound these are 2,000 keys of one or two milliseconds each.
  expect(await cpuOfAsync(work, { runs: 1 })).toBeLessThan(1000)
})
