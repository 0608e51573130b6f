/** Mail that brings reports is copied beside its delivery. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import type { Verdict } from '../../src/model/finding.ts'
import { ReportCopies } from '../../src/relay/delivery/report-copies.ts'
import type { Parcel } from '../../src/relay/delivery/target.ts'
import { type Scratch, scratch } from '../support/scratch.ts'

const MAIL = Buffer.from('From: a@receiver.example\r\n\r\nA report\r\n')

function parcel(verdict: Verdict, to: readonly string[], results = 'dmarc=none'): Parcel {
  const content = { size: MAIL.length, open: () => Readable.from([MAIL]) }
  const trace = [['Authentication-Results', `mx.example.org; ${results} header.from=receiver.example`]]
  const recipients = to.map(forwardPath => ({ forwardPath }))
  return { group: { verdict, trace, content, forwardPaths: to }, recipients } as unknown as Parcel
}

async function copied({ path }: Scratch, ...parcels: readonly Parcel[]) {
  await new ReportCopies(['DMARC@example.org'], path, () => undefined).copy(parcels)
  return await readdir(path)
}

test('a message to one of the addresses is copied once, whatever the case of the address', async () => {
  await using folder = await scratch()
  const others = parcel('accept', ['bob@example.org'])
  const wanted = parcel('accept', ['bob@example.org', 'dmarc@EXAMPLE.org'])
  const [name = '', ...rest] = await copied(folder, others, wanted, wanted)
  expect(rest).toEqual([])
  expect(name).toMatch(/^\d+-[0-9a-f-]{36}\.eml$/)
  expect(await readFile(join(folder.path, name))).toEqual(MAIL)
})

test('a copy says whether DMARC has proven its author', async () => {
  await using folder = await scratch()
  expect(await copied(folder, parcel('accept', ['dmarc@example.org'], 'dmarc=pass'))).toEqual([
    expect.stringMatching(/-proven\.eml$/),
  ])
})

test('what is quarantined, and what is for others, is not copied', async () => {
  await using folder = await scratch()
  expect(
    await copied(folder, parcel('quarantine', ['dmarc@example.org']), parcel('accept', ['x@example.org'])),
  ).toEqual([])
})
