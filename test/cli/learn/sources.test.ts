/** Mailboxes with folders, on disk and on an IMAP server, and runs that are interrupted. */
import { mkdirSync, rmdirSync, rmSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { newClassifier } from '../../../src/classify/classifier.ts'
import { learnAll } from '../../../src/cli/learn/learn.ts'
import { labelOf } from '../../../src/cli/learn/source.ts'
import { openSources } from '../../../src/cli/learn/sources.ts'
import { main } from '../../../src/cli/main.ts'
import type { Label } from '../../../src/model/feedback.ts'
import { type Scratch, scratch } from '../../support/scratch.ts'
import { sorted } from '../../support/sorted-mail.ts'

let folder: Scratch
beforeEach(async () => {
  folder = await scratch()
})
afterEach(() => folder.remove())

const path = (...names: readonly string[]) => join(folder.path, ...names)

async function put(name: string, content: string | Buffer): Promise<void> {
  await mkdir(dirname(path(name)), { recursive: true })
  await writeFile(path(name), content)
}

const QUIET = { out: () => undefined, error: () => undefined }
const NEVER = new AbortController().signal
const none = { ham: [], spam: [], from: [], unwanted: [] }
const labels = async (from: string, unwanted: readonly string[] = []) => {
  const { sources } = await openSources({ ...none, from: [from], unwanted })
  const found: Record<Label, string[]> = { ham: [], spam: [] }
  for (const source of sources)
    for await (const { bytes } of source.messages(undefined))
      found[source.label].push(/Subject: (\w+)/.exec(bytes.toString())?.[1] ?? '')
  return found
}
const mail = (subject: string) => `Subject: ${subject}\r\n\r\ntext\r\n`

test.for<[readonly string[], Label | undefined]>([
  [['INBOX'], 'ham'],
  [['Archive', '2024'], 'ham'],
  [['INBOX', 'Junk'], 'spam'],
  [['[Gmail]', 'Spam'], 'spam'],
  [['Junk E-mail'], 'spam'],
  [['Spam', 'old'], 'spam'],
  [['Sent Items'], undefined],
  [['Trash', 'Spam'], undefined],
  [['Spam reports to read'], 'ham'],
  [['Unerwünscht'], 'spam'],
])('the folder %j holds %s', ([names, label]) => {
  expect(labelOf(names, new Set(['unerwünscht']))).toBe(label)
})

test('a Maildir with folders is learned by the names of its folders', async () => {
  for (const [name, subject] of [
    ['cur/1:2,S', 'inbox'],
    ['new/2', 'fresh'],
    ['.Archive.2024/cur/3:2,S', 'kept'],
    ['.Junk/cur/4:2,S', 'junk'],
    ['.Sent/cur/5:2,S', 'mine'],
    ['.Werbung/cur/6:2,S', 'offer'],
  ] as const)
    await put(`spam/Maildir/${name}`, mail(subject))
  for (const inner of ['', '.Archive.2024/', '.Junk/', '.Sent/', '.Werbung/'])
    for (const part of ['cur', 'new']) await mkdir(path(`spam/Maildir/${inner}${part}`), { recursive: true })
  const found = await labels(`maildir:${path('spam/Maildir')}`, ['werbung'])
  expect(found.ham.toSorted()).toEqual(['fresh', 'inbox', 'kept'])
  expect(found.spam.toSorted()).toEqual(['junk', 'offer'])
})

test('a folder of mbox files is learned by their names, without what mail programs keep beside them', async () => {
  const box = (subject: string) => `From a Mon Jan  1 00:00:00 2024\nSubject: ${subject}\n\ntext\n`
  for (const [name, subject] of [
    ['Inbox', 'inbox'],
    ['Inbox.msf', 'index'],
    ['Inbox.sbd/Lists', 'list'],
    ['Junk', 'junk'],
    ['Sent', 'mine'],
  ] as const)
    await put(`profile/${name}`, box(subject))
  const found = await labels(`mbox:${path('profile')}`)
  expect([found.ham.toSorted(), found.spam]).toEqual([['inbox', 'list'], ['junk']])
})

test('a mailbox without unwanted mail is refused with what was found and how to name a folder', async () => {
  await put('Inbox', 'From a Mon Jan  1 00:00:00 2024\nSubject: a\n\ntext\n')
  const error: string[] = []
  const status = await main(['learn', '--state', path('state'), '--from', `mbox:${path('Inbox')}`], {
    out: () => undefined,
    error: line => error.push(line),
  })
  expect(status).toBe(2)
  expect(error.join('\n')).toContain('expected a folder of unwanted mail, such as Junk or Spam')
  expect(error.join('\n')).toContain('--spam PATH, or --spam-folder NAME')
  expect(await readdir(folder.path)).toEqual(['Inbox'])
})

/** A run that ends after a number of messages. @param onCheck called before each message */
async function run(state: string, stopAfter: number, onCheck: (count: number) => void = () => undefined) {
  const abort = new AbortController()
  const lines: string[] = []
  const output = {
    out: (line: string) => lines.push(line),
    error: (line: string) => lines.push(line),
    progress: () => undefined,
  }
  let count = 0
  const signal = new Proxy(abort.signal, {
    get: (target, name) => {
      if (name === 'aborted') {
        count += 1
        onCheck(count)
      }
      return name === 'aborted' ? count > stopAfter : Reflect.get(target, name)
    },
  })
  const job = { ...none, ham: [path('ham')], spam: [path('spam')], state: path(state), rollback: false, fresh: false }
  const status = await learnAll({ ...job, output, signal }).catch((error: unknown) => String(error))
  return { status, lines }
}

const countsOf = async (state: string) => {
  const classifier = newClassifier()
  classifier.import(await readFile(path(state, 'classifier.postern')))
  return classifier.exampleCounts
}

async function putSorted(count: number): Promise<void> {
  for (let number = 0; number < count; number += 1)
    for (const label of ['ham', 'spam'] as const) await put(`${label}/${number + 100}.eml`, sorted(label, number))
}

test('an interrupted run is saved, goes on where it was, and learns and reports the same as one without a break', async () => {
  await putSorted(60)
  const broken = await run('state', 50)
  expect(broken).toEqual({
    status: 1,
    lines: ['interrupted after 50 messages, which are saved: the same command goes on'],
  })
  expect(await readdir(path('state'))).toContain('learn-progress.json')
  const rest = await run('state', 10_000)
  expect([rest.status, rest.lines[0]]).toEqual([0, 'an interrupted run goes on after 50 messages; --fresh begins anew'])
  const whole = await run('other', 10_000)
  expect(whole.lines[0]).toBe('trained with 60 ham and 60 spam; 60 and 60 in all')
  expect(rest.lines.slice(1, -1)).toEqual(whole.lines.slice(0, -1))
  const [one, other] = await Promise.all([countsOf('state'), countsOf('other')])
  expect(one).toEqual(other)
  expect(await readdir(path('state'))).not.toContain('learn-progress.json')
  expect((await readFile(path('state', 'learn-report.svg'), 'utf8')).startsWith('<svg ')).toBe(true)
})

test('a source that breaks ends the run with its reason; what was learned is saved, and the same command goes on', async () => {
  await putSorted(20)
  const broken = await run('state', 1_000, count => {
    if (count !== 11) return
    rmSync(path('ham/105.eml'))
    mkdirSync(path('ham/105.eml'))
  })
  expect(broken.status).toMatch(/EISDIR/)
  expect(broken.lines).toEqual(['interrupted after 10 messages, which are saved: the same command goes on'])
  expect(await countsOf('state')).toEqual({ ham: 5, spam: 5 })
  rmdirSync(path('ham/105.eml'))
  await put('ham/105.eml', sorted('ham', 5))
  expect((await run('state', 1_000)).status).toBe(0)
  expect(await countsOf('state')).toEqual({ ham: 20, spam: 20 })
})

test('a run does not go on where the classifier that it has trained is gone: damaged, or rolled back', async () => {
  await putSorted(20)
  for (const lose of [
    () => writeFile(path('state', 'classifier.postern'), 'no snapshot'),
    () => learnAll({ ...none, state: path('state'), rollback: true, fresh: false, output: QUIET, signal: NEVER }),
  ]) {
    await run('state', 10)
    expect(await readdir(path('state'))).toContain('learn-progress.json')
    await lose()
    const { status, lines } = await run('state', 1_000)
    expect([status, lines.some(line => line.includes('goes on after'))]).toEqual([0, false])
    expect(await countsOf('state')).toEqual({ ham: 20, spam: 20 })
    await rm(path('state'), { recursive: true })
  }
})

test('a damaged note of an interrupted run is named, and the run begins anew', async () => {
  await putSorted(5)
  await run('state', 4)
  await writeFile(path('state', 'learn-progress.json'), '{"positions":')
  const { status, lines } = await run('state', 1_000)
  expect([status, lines[0]]).toEqual([0, expect.stringContaining('cannot be read: this run begins with the first')])
})

test('a copy of a message that was learned already is not learned again', async () => {
  await put('ham/1.eml', sorted('ham', 1))
  await put('ham/2.eml', sorted('ham', 1))
  await put('spam/1.eml', sorted('spam', 1))
  const out: string[] = []
  const args = ['learn', '--state', path('state'), '--ham', path('ham'), '--spam', path('spam')]
  await main(args, { out: line => out.push(line), error: () => undefined })
  expect(out).toContain('trained with 1 ham and 1 spam, 1 copies; 1 and 1 in all')
})
