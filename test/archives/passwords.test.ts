/** Encrypted archives are opened with the passwords of the message, and what is in them is examined. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { inspector } from '../../src/archives/inspect.ts'
import type { Inspection } from '../../src/archives/inspection.ts'
import { decodeLzma } from '../../src/archives/passwords/lzma.ts'
import { rar5Check } from '../../src/archives/passwords/rar5.ts'
import { sevenZipCheck } from '../../src/archives/passwords/seven-zip.ts'
import { aesStreamOf } from '../../src/archives/passwords/seven-zip-header.ts'
import { MAX_WORK, type PasswordCheck, PasswordTrial } from '../../src/archives/passwords/trial.ts'
import { cpuOfAsync } from '../support/cpu.ts'
import { dice, runs } from '../support/random.ts'
import { encryptedRar } from './encrypted-rar.ts'

const fixture = (name: string): Buffer => readFileSync(`fixtures/encrypted/${name}`)
const candidates = (passwords: readonly string[]) => async () =>
  passwords.map(password => ({ password, place: 'text' as const }))
/** With CPU enough for each password on a busy machine, too. */
const inspect = async (name: string, bytes: Buffer, ...passwords: readonly string[]): Promise<Inspection | undefined> =>
  await inspector({ signal: new AbortController().signal, passwords: candidates(passwords), time: 2_000 })(name, bytes)

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

const program = Buffer.concat([Buffer.from('MZ\x90\0\x03\0\0\0', 'latin1'), Buffer.alloc(121)])
const packed: Readonly<Record<string, () => Buffer>> = {
  'content.7z': () => fixture('content.7z'),
  'names.7z': () => fixture('names.7z'),
  'copy.7z': () => fixture('copy.7z'),
  'stored.rar': () => encryptedRar({ name: 'order.exe', data: program, password: '4471-K' }),
}

test.for(Object.entries(packed))('M13 %s is opened, and the program in it is found', async ([name, make]) => {
  const found = await inspect(name, make(), 'wrong', 'Password', '4471-K')
  expect(found?.traits).toEqual(['decrypted'])
  expect(found?.inside.map(({ name, inspection }) => [name, inspection.format])).toEqual([['order.exe', 'pe']])
  expect(found?.members.map(({ name }) => name)).toContain('order.exe')
  expect(found?.members.every(({ encrypted }) => encrypted)).toBe(true)
})

test.for(Object.entries(packed))('%s stays closed for wrong passwords, and says so', async ([name, make]) => {
  const found = await inspect(name, make(), 'wrong', 'Password', '4471')
  expect(found?.traits).toContain('encrypted')
  expect(found?.traits).not.toContain('decrypted')
  expect(found?.inside).toEqual([])
})

test('the checks of RAR 5 and 7-Zip know the right password, and twenty wrong ones', async () => {
  const checks = [sevenZipCheck(fixture('content.7z')), sevenZipCheck(fixture('names.7z'))]
  for (const check of [...checks, rar5Check(packed['stored.rar']?.() ?? Buffer.alloc(0))]) {
    expect(await check?.isRight('4471-K')).toBe(true)
    for (let index = 0; index < 20; index++) expect(await check?.isRight(`wrong ${index}`)).toBe(false)
  }
})

test('M13 rounds beyond all programs are not tried', () => {
  const rar = (rounds: number) => {
    const bytes = encryptedRar({ name: 'a', data: program, password: 'x', rounds: 1 })
    bytes[bytes.indexOf(Buffer.concat([Buffer.from([1, 0, 1, 1]), Buffer.alloc(16, 0x5a)])) + 3] = rounds
    return rar5Check(bytes)
  }
  expect(rar(24)).toBeUndefined()
  expect(rar(18)?.work).toBeGreaterThan(30_000)
})

test.for(Object.keys(packed))('%s with changed bytes never throws, and takes bounded work', async name => {
  const whole = packed[name]?.() ?? Buffer.alloc(0)
  const roll = dice(name.length + 7)
  for (let run = 0; run < runs(400); run++) {
    const bytes = Buffer.from(whole)
    // The directory of 7-Zip is at the end.
    for (let change = 0; change <= run % 4; change++)
      bytes[run % 2 === 0 ? roll(bytes.length) : bytes.length - 1 - roll(Math.min(60, bytes.length))] = roll(256)
    const cut = run % 5 === 0 ? bytes.subarray(0, roll(bytes.length)) : bytes
    let check: PasswordCheck | undefined
    try {
      check = name.endsWith('rar') ? rar5Check(cut) : sevenZipCheck(cut)
    } catch (error) {
      // Caught by the caller: a read beyond the bytes.
      expect(error).toBeInstanceOf(RangeError)
    }
    if (check !== undefined && check.work < 200) await check.isRight('4471-K')
  }
})

test('a directory of 7-Zip that is packed with LZMA is unpacked as 7-Zip packed it', () => {
  const bytes = fixture('content.7z')
  expect(aesStreamOf(bytes)).toMatchObject({ rounds: 19, size: 62, method: 'lzma2' })
  // Damaged data ends, whatever it says.
  const roll = dice(3)
  for (let run = 0; run < runs(300); run++) {
    const data = Buffer.from(Array.from({ length: 200 }, (_, at) => (at === 0 ? 0 : roll(256))))
    const out = decodeLzma(data, Buffer.from([roll(225), 0, 0, 1, 0]), roll(5000))
    expect(out === undefined || out.length < 5000).toBe(true)
  }
})

test.for(['user-aes-128.pdf', 'user-aes-256.pdf'])('%s is read with the password of the message', async name => {
  const found = await inspect(name, readFileSync(`fixtures/pdf/${name}`), 'wrong', '24121980')
  expect(found?.traits).toEqual(['decrypted'])
  expect(found?.links.map(({ url }) => url)).toEqual(['https://billing.example.net/invoice?id=5521'])
  expect(found?.text).toContain('Call +1 (888) 555-0142 to cancel.')
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
  expect(await cpuOfAsync(work, 1000)).toBeLessThan(1000)
})
