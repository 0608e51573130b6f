/**
 * Public mail in order of delivery, and an online measurement of the classifier: each message is judged, then learned.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { newClassifier } from '../src/classify/classifier.ts'
import { features } from '../src/classify/features.ts'
import type { Features } from '../src/classify/packing.ts'
import { extract } from '../src/filters/classify/extract.ts'
import { fact } from '../src/model/fact.ts'
import type { Label } from '../src/model/feedback.ts'
import { ask } from '../src/testing/probe.ts'

export interface Mail {
  readonly label: Label
  /** The first digit of the SHA-1 of the message. */
  readonly digit: string
  readonly features: Features
}

const data = resolve(process.env.POSTERN_DATA ?? '../shared/data')
const folder = join(tmpdir(), 'postern-data')

const seenFact = fact('seen', 'message', message => extract(message))

/** What reading cost, in milliseconds of CPU for each message. */
export interface ReadMail {
  readonly mail: readonly Mail[]
  readonly facts: number
  readonly features: number
}

/** Every message through the facts that the filter asks. */
export async function readMail(name: string): Promise<ReadMail> {
  execFileSync(join(data, 'unpack'), [folder])
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
  return { mail, facts: cost.facts / mail.length, features: cost.features / mail.length }
}

/** Shares of one, unless it says otherwise. */
export interface Online {
  readonly oneMinusRoca: number
  /** Ham above the margin below which 0.4 % of the spam lie. */
  readonly hamLost: number
  readonly hamCalledSpam: number
  readonly spamCalledSpam: number
  readonly spamCalledHam: number
  /** Messages before it said anything. */
  readonly untrained: number
  /** Mean distance between what was predicted and what came, by tenths of probability. */
  readonly calibrationError: number
  /** To judge and to learn, in milliseconds of CPU for each message. */
  readonly cost: number
  readonly snapshot: Buffer
}

export interface OnlineOptions {
  readonly falsePositives: number
  /** The share of examples with the wrong label. @default 0 */
  readonly wrong?: number
}

export function online(mail: readonly Mail[], { falsePositives, wrong = 0 }: OnlineOptions): Online {
  const margins: number[] = []
  const classifier = newClassifier({ falsePositives })
  const dice = newDice()
  const bins = Array.from({ length: 10 }, () => ({ told: 0, spam: 0 }))
  const said = { ham: { spam: 0, ham: 0 }, spam: { spam: 0, ham: 0 } }
  let untrained = 0
  const start = cpu()
  for (const { label, features } of mail) {
    const { margin, probability, verdict } = classifier.judge(features)
    margins.push(margin)
    if (verdict === 'spam' || verdict === 'ham') said[label][verdict] += 1
    const bin = bins[Math.min(Math.floor(probability * 10), 9)]
    if (verdict === 'untrained') untrained += 1
    else if (bin) {
      bin.told += probability
      bin.spam += label === 'spam' ? 1 : 0
    }
    classifier.learn(features, dice() < wrong ? other(label) : label, 0)
  }
  const cost = (cpu() - start) / mail.length
  const [ham, spam] = [count(mail, 'ham'), count(mail, 'spam')]
  const error = bins.reduce((sum, { told, spam }) => sum + Math.abs(told - spam), 0)
  return {
    oneMinusRoca: oneMinusRoca(margins, mail),
    hamLost: hamLost(margins, mail),
    hamCalledSpam: said.ham.spam / ham,
    spamCalledSpam: said.spam.spam / spam,
    spamCalledHam: said.spam.ham / spam,
    untrained,
    calibrationError: error / Math.max(mail.length - untrained, 1),
    cost,
    snapshot: classifier.export(),
  }
}

/** In order of delivery; where a collection has none, in the order of the SHA-1 of its messages. */
export function listed(name: string): readonly (readonly [label: Label, path: string])[] {
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
export const crlf = (bytes: Buffer): Buffer =>
  Buffer.from(bytes.toString('latin1').replace(/\r\n|\r|\n/g, '\r\n'), 'latin1')
const other = (label: Label): Label => (label === 'ham' ? 'spam' : 'ham')
export const count = (mail: readonly Pick<Mail, 'label'>[], label: Label): number =>
  mail.filter(one => one.label === label).length

function cpu(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** The same numbers in every run. */
export function newDice(): () => number {
  let state = 1
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return state / 2 ** 32
  }
}

/** The share of pairs of a ham and a spam in which the ham has the higher margin, from 0 to 1. */
export function oneMinusRoca(margins: readonly number[], mail: readonly Pick<Mail, 'label'>[]): number {
  const order = margins.map((margin, index) => [margin, mail[index]?.label] as const).toSorted(([a], [b]) => a - b)
  let [spamBelow, wrong] = [0, 0]
  for (let index = 0; index < order.length; ) {
    const margin = order[index]?.[0]
    const tied = { ham: 0, spam: 0 }
    for (; index < order.length && order[index]?.[0] === margin; index += 1) tied[order[index]?.[1] ?? 'ham'] += 1
    wrong += tied.ham * (spamBelow + tied.spam / 2)
    spamBelow += tied.spam
  }
  return wrong / (count(mail, 'ham') * count(mail, 'spam'))
}

/** The share of ham above the margin under which 0.4 % of spam lie. */
function hamLost(margins: readonly number[], mail: readonly Mail[]): number {
  const of = (label: Label) => margins.filter((_, index) => mail[index]?.label === label).toSorted((a, b) => a - b)
  const spam = of('spam')
  const threshold = spam[Math.floor(spam.length * 0.004)] ?? 0
  const ham = of('ham')
  return ham.filter(margin => margin >= threshold).length / ham.length
}
