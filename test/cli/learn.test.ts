import { mkdir, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { newClassifier } from '../../src/classify/classifier.ts'
import { features } from '../../src/classify/features.ts'
import { withoutArrival } from '../../src/cli/learn/arrival.ts'
import { mailboxesIn, messagesIn } from '../../src/cli/mailboxes.ts'
import { main } from '../../src/cli/main.ts'
import { type Scratch, scratch } from '../support/scratch.ts'
import { seenIn } from '../support/seen.ts'
import { sorted } from '../support/sorted-mail.ts'

let folder: Scratch
beforeEach(async () => {
  folder = await scratch()
})
afterEach(() => folder.remove())

const path = (...names: readonly string[]) => join(folder.path, ...names)

async function put(name: string, content: string | Buffer): Promise<void> {
  await mkdir(join(path(name), '..'), { recursive: true })
  await writeFile(path(name), content)
}

async function contents(name: string): Promise<readonly string[]> {
  const found: string[] = []
  for (const mailbox of await mailboxesIn(path(name)))
    for await (const message of messagesIn(mailbox)) found.push(message.toString('latin1'))
  return found
}

async function run(...args: readonly string[]) {
  const [out, error]: [string[], string[]] = [[], []]
  const status = await main(args, { out: line => out.push(line), error: line => error.push(line) })
  return { status, out, error }
}

const known = async () => {
  const classifier = newClassifier({ falsePositives: 0.05, minExamples: 20 })
  classifier.import(await readFile(path('state', 'classifier.postern')))
  return classifier
}

test('a Maildir is read with its folders, without what is not whole and without its server’s own files', async () => {
  await put('Maildir/cur/1:2,S', 'Subject: read\r\n\r\n')
  await put('Maildir/new/2', 'Subject: new\r\n\r\n')
  await put('Maildir/tmp/3', 'Subject: half')
  await put('Maildir/dovecot-uidlist', 'V3')
  await put('Maildir/.Junk/cur/4', 'Subject: below\r\n\r\n')
  await put('Maildir/.Junk/new/5', '')
  expect(await contents('Maildir')).toEqual(['Subject: below\r\n\r\n', 'Subject: read\r\n\r\n', 'Subject: new\r\n\r\n'])
})

test('an mbox is read message by message; From inside a paragraph begins none, and quoting is undone', async () => {
  await put(
    'box',
    [
      ...['From a@example.org Mon Jan  1 00:00:00 2024', 'Subject: one', '', 'said', 'From here on', '>From there', ''],
      ...['From b@example.org Mon Jan  1 00:00:00 2024', 'Subject: two', '', 'said \xe9', ''],
    ].join('\n'),
  )
  await put('empty', '')
  expect(await contents('box')).toEqual([
    'Subject: one\r\n\r\nsaid\r\nFrom here on\r\nFrom there\r\n',
    'Subject: two\r\n\r\nsaid \xc3\xa9',
  ])
  expect(await contents('empty')).toEqual([])
})

test('unquoted text begins no message of an mbox, though it stands after an empty line', async () => {
  await put('box', 'From a Mon Jan  1 00:00:00 2024\nSubject: one\n\nHello,\n\nFrom now on we meet on Mondays.\n')
  expect(await contents('box')).toEqual(['Subject: one\r\n\r\nHello,\r\n\r\nFrom now on we meet on Mondays.'])
})

test('links within a folder are not followed: they lead out of it, in a circle, or nowhere', async () => {
  await put('outside/secret.eml', 'Subject: secret\n\n')
  await put('mail/a.eml', 'Subject: one\n\n')
  await symlink(path('outside'), path('mail', 'out'))
  await symlink(path('outside', 'secret.eml'), path('mail', 'out.eml'))
  await symlink('..', path('mail', 'circle'))
  await symlink('nothing', path('mail', 'nothing'))
  await symlink(path('mail'), path('named'))
  expect(await contents('mail')).toEqual(['Subject: one\n\n'])
  expect(await contents('named')).toEqual(['Subject: one\n\n'])
})

test('a message that its server renames meanwhile is passed over', async () => {
  await put('mail/1', 'Subject: one\n\n')
  await put('mail/2', 'From a Mon Jan  1 00:00:00 2024\nSubject: two\n\n')
  await put('mail/3', 'Subject: three\n\n')
  const found: string[] = []
  const mailboxes = await mailboxesIn(path('mail'))
  await rm(path('mail/1'))
  await rm(path('mail/2'))
  for (const mailbox of mailboxes) for await (const message of messagesIn(mailbox)) found.push(message.toString())
  expect(found).toEqual(['Subject: three\n\n'])
})

test('an mbox file without line ends is read in bounded memory, and is no message', async () => {
  await put('box', 'From a Mon Jan  1 00:00:00 2024\n')
  // Longer than any string can be.
  await truncate(path('box'), 520 * 1024 * 1024)
  const before = process.memoryUsage().rss
  expect(await contents('box')).toEqual([])
  expect(process.memoryUsage().rss - before).toBeLessThan(300 * 1024 * 1024)
})

test('a folder of files is read in the order of their names, folders in it too', async () => {
  await put('mail/b/2.eml', 'Subject: two\n\n')
  await put('mail/a.eml', 'Subject: one\n\n')
  await put('mail/.hidden', 'Subject: none\n\n')
  expect(await contents('mail')).toEqual(['Subject: one\n\n', 'Subject: two\n\n'])
})

test('what its own server wrote on top of kept mail is taken off, what came before is left', () => {
  const message = [
    'Return-Path: <a@example.org>',
    'Received: from mx.example.net by store.example.net',
    '\twith LMTP; Mon, 1 Jan 2024',
    'Received: from store.example.net (local)\r\n by STORE.example.net; Mon, 1 Jan 2024',
    'Received: from laptop by mail.example.org; Mon, 1 Jan 2024',
    'Subject: by store.example.net',
    '',
    'Received: by store.example.net',
  ].join('\r\n')
  expect(withoutArrival(Buffer.from(message)).toString().split('\r\n')).toEqual([
    'Return-Path: <a@example.org>',
    'Received: from laptop by mail.example.org; Mon, 1 Jan 2024',
    'Subject: by store.example.net',
    '',
    'Received: by store.example.net',
  ])
  for (const plain of ['', 'no header', 'Subject: a\r\n\r\nReceived: by b'])
    expect(withoutArrival(Buffer.from(plain)).toString()).toBe(plain)
})

test('it learns sorted mail with a bar of progress, goes on from what was known, and goes back', async () => {
  for (let number = 0; number < 40; number += 1) {
    await put(`ham/cur/${number}`, sorted('ham', number))
    await put(`spam/${number}.eml`, sorted('spam', number))
  }
  await mkdir(path('ham/new'))
  const args = ['learn', '--state', path('state'), '--ham', path('ham'), '--spam', path('spam')]
  const first = await run(...args)
  expect(first).toMatchObject({ status: 0, error: [] })
  expect(first.out.slice(-8)).toEqual([
    'trained with 40 ham and 40 spam; 40 and 40 in all',
    'of the last 80 messages, each judged before it was learned, at the target of 0.5 %:',
    '  0 of 40 (0 %) of the spam would have been caught',
    '  0 of 40 (0 %) of the ham would have been held',
    '  80 of them came before 199 ham were learned, which the target needs: none of these counts as caught',
    'imported mail gives words their weight, and no guarantee: until people have sorted enough new mail here, the',
    'classifier adds 2 points at most',
    `picture: ${path('state', 'learn-report.svg')}`,
  ])
  expect(first.out[9]).toMatch(/^\[#{10}\.{10}\] 50 % {2}(?:19|20|21) ham, (?:19|20|21) spam$/)
  const classifier = await known()
  const [spam, ham] = [sorted('spam', 500), sorted('ham', 500)].map(bytes => classifier.judge(features(seenIn(bytes))))
  expect([Number(spam?.margin) > 1, Number(ham?.margin) < -1]).toEqual([true, true])
  // Imported mail guarantees nothing.
  expect(spam?.basis).toEqual({ site: undefined, imported: true, guarantee: 1 })
  expect((await run(...args)).out.at(-8)).toBe('trained with 40 ham and 40 spam; 80 and 80 in all')
  expect(await run('learn', '--state', path('state'), '--rollback')).toMatchObject({ status: 0 })
  expect((await known()).exampleCounts).toEqual({ ham: 40, spam: 40 })
  await run('learn', '--state', path('state'), '--rollback')
  expect((await known()).exampleCounts).toEqual({ ham: 0, spam: 0 })
  expect(await run('learn', '--state', path('state'), '--rollback')).toEqual({
    status: 1,
    out: [`there is no checkpoint in ${path('state')}`],
    error: [],
  })
  expect(await readdir(path('state'))).toEqual(['classifier.postern', 'learn-report.svg', 'training-log.json'])
})

test.for<[string, readonly string[], string]>([
  ['nowhere to keep it', ['learn', '--ham', 'a', '--spam', 'b'], 'usage: postern learn'],
  ['ham alone', ['learn', '--state', 'state', '--ham', 'a'], 'usage: postern learn'],
  ['a place that is none', ['learn', '--state', 'state', '--ham', 'nowhere', '--spam', 'nowhere'], 'postern: ENOENT'],
])('%s is told in words, with status 2', async ([, args, words]) => {
  const { status, error } = await run(...args.map(arg => (['state', 'nowhere'].includes(arg) ? path(arg) : arg)))
  expect([status, error.join('\n')]).toEqual([2, expect.stringContaining(words)])
})
