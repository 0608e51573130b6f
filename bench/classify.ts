/**
 * What the classifier is worth on public mail, online and in order of delivery: npm run bench:classify [-- CORPUS …]
 * Reads the folder that POSTERN_DATA names. Figures are CPU; every lesson is given at once after its message was judged.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type Classifier, newClassifier } from '../src/classify/classifier.ts'
import { features, type Seen } from '../src/classify/features.ts'
import type { Features } from '../src/classify/packing.ts'
import { fact } from '../src/core/fact.ts'
import type { Label } from '../src/core/feedback.ts'
import { seenOf } from '../src/filters/classify/seen.ts'
import { headerOf } from '../src/mime/collect.ts'
import { ask } from '../src/testing/probe.ts'

interface Mail {
  readonly label: Label
  /** The first digit of the SHA-1 of the message. */
  readonly digit: string
  readonly features: Features
}

const data = resolve(process.env.POSTERN_DATA ?? '../shared/data')
const folder = join(tmpdir(), 'postern-data')
execFileSync(join(data, 'unpack'), [folder])

const seenFact = fact('seen', 'message', seenOf)
const chosen = process.argv.slice(2)
const corpora = ['trec06p', 'trec06c-head', 'spamassassin', 'csdmc-2010'].filter(
  name => chosen.length === 0 || chosen.includes(name),
)

/** What a site has learned that gets mail as in trec06p. */
let elsewhere: Buffer | undefined

async function measure(name: string): Promise<void> {
  const mail: Mail[] = []
  const cost = { facts: 0, features: 0 }
  for (const [label, path] of listed(name)) {
    const message = readFileSync(path)
    const start = cpu()
    const seen = await ask(seenFact, { message: crlf(message) })
    const between = cpu()
    mail.push({ label, digit: sha1(message).slice(0, 1), features: features(seen) })
    cost.facts += between - start
    cost.features += cpu() - between
  }
  const each = (ms: number) => `${(ms / mail.length).toFixed(3)} ms`
  console.log(`${name}: ${mail.length} messages, ${count(mail, 'ham')} of them ham`)
  console.log(`  facts ${each(cost.facts)}, features ${each(cost.features)}`)
  for (const rate of [0.01, 0.005]) online(mail, rate)
  if (name === 'trec06p') {
    for (const share of [0.01, 0.05, 0.1]) online(mail, 0.005, share)
    attacks(mail)
    elsewhere = taughtBy(mail).export()
  } else if (elsewhere !== undefined) moved(mail, elsewhere)
  if (name === 'spamassassin') split(mail)
}

function taughtBy(mail: readonly Mail[], falsePositives = 0.005): Classifier {
  const classifier = newClassifier({ falsePositives })
  for (const { label, features } of mail) classifier.learn(features, label, 0)
  return classifier
}

const calls = (classifier: Classifier, list: readonly Mail[]): string => {
  const called = list.filter(({ features }) => classifier.judge(features).verdict === 'spam')
  const of = (label: Label) =>
    `${((100 * count(called, label)) / Math.max(count(list, label), 1)).toFixed(2)} % of ${label}`
  return `called spam: ${of('ham')}, ${of('spam')}`
}

/** A site takes over what another has learned, and is taught from then on. */
function moved(mail: readonly Mail[], snapshot: Buffer): void {
  const classifier = newClassifier()
  classifier.import(snapshot)
  console.log(`  by what trec06p has taught, ${calls(classifier, mail)}`)
  for (const lessons of [20, 100]) {
    for (const label of ['ham', 'spam'] as const)
      for (const one of mail.filter(one => one.label === label).slice(0, lessons))
        classifier.learn(one.features, label, 0)
    const rest = (['ham', 'spam'] as const).flatMap(label => mail.filter(one => one.label === label).slice(lessons))
    console.log(`    after ${lessons} lessons of each kind, ${calls(classifier, rest)}`)
  }
}

/** First digits 0 to 7 teach, 8 to f are judged and teach nothing. */
function split(mail: readonly Mail[]): void {
  const [teach, judge] = [mail.filter(({ digit }) => digit < '8'), mail.filter(({ digit }) => digit >= '8')]
  for (const rate of [0.01, 0.005, 0.003]) {
    const classifier = taughtBy(teach, rate)
    const margins = judge.map(({ features }) => classifier.judge(features).margin)
    console.log(
      `  taught by half, judged on the other, asked for ${100 * rate} %: ${calls(classifier, judge)}; ` +
        `1-ROCA ${oneMinusRoca(margins, judge).toFixed(4)} %`,
    )
  }
}

/** Every message is judged, then taught. `wrong` is the share of lessons with the wrong label. */
function online(mail: readonly Mail[], falsePositives: number, wrong = 0): void {
  const margins = new Array<number>(mail.length).fill(0)
  const classifier = newClassifier({ falsePositives })
  const dice = newDice()
  const bins = Array.from({ length: 10 }, () => ({ count: 0, told: 0, spam: 0 }))
  const said = { ham: { spam: 0, ham: 0 }, spam: { spam: 0, ham: 0 } }
  let untaught = 0
  const start = cpu()
  for (const [index, { label, features }] of mail.entries()) {
    const { margin, probability, verdict } = classifier.judge(features)
    margins[index] = margin
    if (verdict === 'spam' || verdict === 'ham') said[label][verdict] += 1
    if (verdict === 'untaught') untaught += 1
    const bin = bins[Math.min(Math.floor(probability * 10), 9)]
    if (bin && verdict !== 'untaught') {
      bin.count += 1
      bin.told += probability
      bin.spam += label === 'spam' ? 1 : 0
    }
    const isWrong = dice() < wrong
    classifier.learn(features, isWrong ? other(label) : label, 0)
  }
  const spent = (cpu() - start) / mail.length
  const snapshot = classifier.export()
  const before = held()
  const copy = newClassifier()
  copy.import(snapshot)
  const octets = held() - before
  if (copy.learned.ham !== classifier.learned.ham) throw new Error('a snapshot is not what it was made of')
  const [ham, spam] = [count(mail, 'ham'), count(mail, 'spam')]
  const error =
    bins.reduce((sum, { told, spam }) => sum + Math.abs(told - spam), 0) / Math.max(mail.length - untaught, 1)
  const share = (part: number, all: number) => `${((100 * part) / all).toFixed(3)} %`
  console.log(
    `  asked for ${share(falsePositives, 1)} false positives${wrong > 0 ? `, ${share(wrong, 1)} of labels wrong` : ''}: ` +
      `1-ROCA ${oneMinusRoca(margins, mail).toFixed(4)} %, ham lost at 0.4 % spam missed ${hamLost(margins, mail).toFixed(3)} %; ` +
      `called spam: ${share(said.ham.spam, ham)} of ham, ${share(said.spam.spam, spam)} of spam; ` +
      `spam called ham ${share(said.spam.ham, spam)}; untaught for ${untaught}; ` +
      `calibration error ${error.toFixed(4)}; judge and learn ${spent.toFixed(3)} ms; holds ${(octets / 2 ** 20).toFixed(1)} MB and writes ${(snapshot.length / 2 ** 20).toFixed(1)} MB`,
  )
}

/** On a model taught with the first 10,000: what it loses, judged on the next 5,000 that it is not taught. */
function attacks(mail: readonly Mail[]): void {
  const lessons = mail.slice(0, 10_000)
  const judged = mail.slice(10_000, 15_000)
  const taught = taughtBy(lessons)
  const sound = taught.export()
  const paths = listed('trec06p')
  console.log(`  before attacks, ${calls(taught, judged)}`)
  const honest = paths.slice(0, 2_000).filter(([label]) => label === 'ham')
  const words = honest.map(([, path]) => bodyOf(readFileSync(path)))
  for (const messages of [100, 300]) {
    const classifier = newClassifier()
    classifier.import(sound)
    const dice = newDice()
    for (let index = 0; index < messages; index += 1) {
      const text = Array.from({ length: 12 }, () => slice(words[Math.floor(dice() * words.length)] ?? '', dice)).join(
        '\n',
      )
      classifier.learn(features(plain('Great offer', text)), 'spam', 0)
    }
    console.log(`  ${messages} spams of honest words taught, ${calls(classifier, judged)}`)
  }
  const spam = paths.slice(10_000, 12_000).filter(([label]) => label === 'spam')
  for (const place of ['before', 'behind'] as const) {
    const dice = newDice()
    const salted = spam.map(([, path]): Mail => {
      const raw = readFileSync(path)
      const good = Array.from({ length: 4 }, () => slice(words[Math.floor(dice() * words.length)] ?? '', dice)).join(
        '\n',
      )
      const seen = plain(subjectOf(raw), place === 'before' ? `${good}\n${bodyOf(raw)}` : `${bodyOf(raw)}\n${good}`)
      return { label: 'spam', digit: '', features: features({ ...seen, header: headerOf(crlf(raw)) }) }
    })
    console.log(`  1,200 honest characters ${place} the text of each spam, ${calls(taught, salted)}`)
    const classifier = newClassifier()
    classifier.import(sound)
    for (const { features } of salted.slice(0, 20)) classifier.learn(features, 'spam', 0)
    console.log(`    after 20 lessons, ${calls(classifier, salted.slice(20))}`)
  }
}

const slice = (text: string, dice: () => number): string => {
  const start = Math.floor(dice() * Math.max(text.length - 300, 1))
  return text.slice(start, start + 300)
}

/** A message whose visible text is its body. */
function plain(subject: string, text: string): Seen {
  const header = headerOf(Buffer.from(`From: a@example.com\r\nTo: b@example.org\r\nSubject: ${subject}\r\n\r\n`))
  return { header, text, urls: [], head: Buffer.from(text).subarray(0, 3_500) }
}

const bodyOf = (raw: Buffer): string =>
  raw.toString('latin1').replaceAll('\r\n', '\n').split('\n\n').slice(1).join('\n\n')
const subjectOf = (raw: Buffer): string => /^subject:(.*)$/im.exec(raw.toString('latin1'))?.[1]?.trim() ?? ''

/** In order of delivery; where a collection has none, in the order of the SHA-1 of its messages. */
function listed(name: string): readonly (readonly [label: Label, path: string])[] {
  const root = join(folder, name)
  if (name.startsWith('trec')) {
    const lines = readFileSync(join(root, 'index'), 'utf8').trim().split('\n')
    return lines.map(line => [line.startsWith('spam') ? 'spam' : 'ham', join(root, line.slice(line.indexOf(' ') + 1))])
  }
  const all = (['ham', 'spam'] as const).flatMap(label =>
    readdirSync(join(root, label), { recursive: true, encoding: 'utf8' })
      .filter(file => file.endsWith('.eml'))
      .map(file => [label, join(root, label, file)] as const),
  )
  const keyed = all.map(entry => [sha1(readFileSync(entry[1])), entry] as const)
  return keyed.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry)
}

const sha1 = (bytes: Buffer): string => createHash('sha1').update(bytes).digest('hex')
const crlf = (bytes: Buffer): Buffer => Buffer.from(bytes.toString('latin1').replace(/\r\n|\r|\n/g, '\r\n'), 'latin1')
const other = (label: Label): Label => (label === 'ham' ? 'spam' : 'ham')
const count = (mail: readonly Mail[], label: Label): number => mail.filter(one => one.label === label).length

function cpu(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** Octets in memory. */
function held(): number {
  globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** The same numbers in every run. */
function newDice(): () => number {
  let state = 1
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return state / 2 ** 32
  }
}

/** The share of pairs of a ham and a spam in which the ham has the higher margin, in percent. */
function oneMinusRoca(margins: readonly number[], mail: readonly Mail[]): number {
  const order = margins.map((margin, index) => [margin, mail[index]?.label] as const).toSorted(([a], [b]) => a - b)
  let [spamBelow, wrong] = [0, 0]
  for (let index = 0; index < order.length; ) {
    const margin = order[index]?.[0]
    const tied = { ham: 0, spam: 0 }
    for (; index < order.length && order[index]?.[0] === margin; index += 1) tied[order[index]?.[1] ?? 'ham'] += 1
    wrong += tied.ham * (spamBelow + tied.spam / 2)
    spamBelow += tied.spam
  }
  return (100 * wrong) / (count(mail, 'ham') * count(mail, 'spam'))
}

/** Percent of ham above the margin under which 0.4 % of spam lie. */
function hamLost(margins: readonly number[], mail: readonly Mail[]): number {
  const of = (label: Label) => margins.filter((_, index) => mail[index]?.label === label).toSorted((a, b) => a - b)
  const spam = of('spam')
  const threshold = spam[Math.floor(spam.length * 0.004)] ?? 0
  const ham = of('ham')
  return (100 * ham.filter(margin => margin >= threshold).length) / ham.length
}

for (const name of corpora) await measure(name)
