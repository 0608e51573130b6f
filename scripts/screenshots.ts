/**
 * Makes the pictures of the console in `docs/images`: `node scripts/screenshots.ts`. A real gateway judges some hundred
 * letters over a DNS zone into the real stores; then a browser opens each page.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import type { Filter } from '../src/model/filter.ts'
import { points } from '../src/model/finding.ts'
import { clock } from '../src/testing/clock.ts'
import type { MailGateway } from '../test/console/support/mail-gateway.ts'
import { ServedConsole, type Viewer } from '../test/console/support/served-console.ts'
import { startBrowser } from '../test/support/browser.ts'
import { doctor, reports } from './screenshots/operation.ts'
import { paletted } from './screenshots/palette-png.ts'
import { Letters, ZONE } from './screenshots/senders.ts'
import { Traffic } from './screenshots/traffic.ts'

const MAX_SIZE = 150 * 1_024
const HOUR = 3_600_000
const MESSAGES = 420

const folder = resolve(import.meta.dirname, '../docs/images')
const ANN: Viewer = { name: 'ann', role: 'admin' }

/** A rule of the operator in dry run. */
const trial: Filter = {
  name: 'trial',
  message: ({ header }) =>
    header.all('subject').some(({ value }) => /!!!|invoice/i.test(value))
      ? { ...points(0, 'the subject presses the reader', { rule: 'pressing-subject' }), dryRun: { points: 3 } }
      : undefined,
}

async function main(): Promise<void> {
  const now = Date.now()
  const hand = clock({ now: now - 50 * HOUR })
  const traffic = new Traffic(hand.now(), now)
  await using served = await ServedConsole.open({
    ...{ zone: ZONE, filters: [trial], clock: hand },
    sources: () => ({ doctor, reports, metrics: () => traffic.at(hand.now()) }),
  })
  await receiveAll(served.gateway)
  await act(served.gateway)
  await hand.advance(Date.now() - hand.now())
  const ticking = setInterval(() => void hand.advance(1_000), 1_000)
  const browser = await startBrowser()
  try {
    await mkdir(folder, { recursive: true })
    await pictures(browser, served)
  } finally {
    clearInterval(ticking)
    await browser.close()
  }
}

/** The mail of three days, the oldest first. */
async function receiveAll(gateway: MailGateway): Promise<void> {
  const letters = new Letters()
  const ages = Array.from({ length: MESSAGES }, () => letters.share() ** 1.6 * 72 * HOUR).toSorted((a, b) => b - a)
  for (const age of ages) {
    gateway.clock.shift = age + 60_000
    await gateway.receive(letters.next())
  }
  gateway.clock.shift = 0
  await gateway.history.flush()
}

/** What people have done since. */
async function act(gateway: MailGateway): Promise<void> {
  const { entries } = await gateway.quarantine.list({ limit: 100 })
  const people = ['ann', 'bob', 'claire@example.com'] as const
  for (const [index, { id, recipient, subject = '' }] of entries.slice(12, 30).entries()) {
    gateway.clock.shift = (18 - index) * 0.9 * HOUR
    const by = people[index % people.length] ?? 'ann'
    const common = { id, recipient, by, role: by === 'ann' ? 'admin' : 'operator' } as const
    if (index % 3 === 0)
      await gateway.releaser.release({ ...common, train: true, allow: index % 2 === 0, why: 'asked for by telephone' })
    else
      await gateway.releaser.delete({ ...common, train: true, ...(subject.includes('parcel') && { why: 'phishing' }) })
  }
  gateway.clock.shift = 2 * HOUR
  const author = 'ann'
  await gateway.lists.add({ effect: 'allow', sender: 'dmarc:northwind-design.example', scope: 'example.com', author })
  await gateway.lists.add({ effect: 'deny', sender: 'prize-office.example', author, note: 'reported by six people' })
  await gateway.lists.add({ effect: 'allow', sender: 'dmarc:garden-supplies.example', scope: 'claire@example.com' })
  gateway.clock.shift = 0
  await gateway.history.flush()
}

interface Shot {
  readonly name: string
  readonly place: string
  readonly viewer?: Viewer | null
  readonly colorScheme?: 'dark'
  readonly width?: number
  readonly height?: number
  readonly locale?: string
  /** What is done before the picture is taken. */
  readonly act?: (page: Page) => Promise<void>
}

async function pictures(browser: Browser, served: ServedConsole): Promise<void> {
  const held = await served.gateway.quarantine.list({ limit: 100 })
  const parcel = held.entries.find(({ subject }) => subject?.includes('could not be delivered')) ?? held.entries[0]
  const shots: readonly Shot[] = [
    { name: 'sign-in', place: 'sign-in', viewer: null },
    { name: 'set-up', place: `set-up/${served.setUpLink.split('/').at(-1)}`, viewer: null, height: 1_000 },
    { name: 'live', place: 'live', act: page => page.waitForTimeout(15_000) },
    { name: 'live-dark', place: 'live', colorScheme: 'dark', act: page => page.waitForTimeout(3_000) },
    { name: 'messages', place: 'messages' },
    { name: 'messages-chinese', place: 'messages', locale: 'zh-CN' },
    { name: 'message', place: `messages/${parcel?.ref}` },
    { name: 'quarantine', place: 'quarantine', act: select },
    { name: 'held', place: `quarantine/${parcel?.id}`, act: formatted },
    { name: 'held-dark', place: `quarantine/${parcel?.id}`, colorScheme: 'dark', act: release },
    { name: 'rules', place: 'rules' },
    { name: 'senders', place: 'senders?name=jo%40northwind-design.example' },
    { name: 'load', place: 'load' },
    { name: 'health', place: 'health' },
    { name: 'reports', place: 'reports' },
    { name: 'audit', place: 'audit' },
    { name: 'people', place: 'people' },
    { name: 'account', place: 'account' },
    { name: 'user', place: 'quarantine', viewer: { mailbox: 'ann@example.com' } },
    { name: 'phone', place: 'quarantine', colorScheme: 'dark', width: 390, height: 780 },
    { name: 'phone-message', place: `messages/${parcel?.ref}`, width: 390, height: 780 },
  ]
  await served.page(browser, { name: 'bob', role: 'operator', domains: ['example.com'] })
  await served.page(browser, { name: 'olga', role: 'viewer', domains: ['example.org'] })
  const wanted = process.argv.slice(2)
  for (const shot of shots.filter(({ name }) => wanted.length === 0 || wanted.includes(name)))
    await take(browser, served, shot)
}

async function take(browser: Browser, served: ServedConsole, shot: Shot): Promise<void> {
  const { name, place, viewer = ANN, colorScheme = 'light', width = 1_280, height = 820, locale = 'en-GB' } = shot
  await using opened = await served.page(browser, viewer ?? ANN, { colorScheme, viewport: { width, height }, locale })
  const { page } = opened
  if (viewer === null) await page.context().clearCookies()
  await page.goto(`${served.origin}/#/${place}`)
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.waitForTimeout(1_500)
  await shot.act?.(page)
  const path = join(folder, `console-${name}.png`)
  const picture = paletted(await page.screenshot())
  await writeFile(path, picture)
  const size = picture.length
  console.log(`${name}: ${Math.round(size / 1_024)} KB`)
  if (size > MAX_SIZE) throw new Error(`${path} is larger than ${MAX_SIZE} bytes`)
  if (opened.faults.length > 0) throw new Error(`${name}: ${opened.faults.join(', ')}`)
}

async function select(page: Page): Promise<void> {
  for (const row of [1, 3]) await page.getByRole('checkbox').nth(row).check()
}

async function formatted(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Formatted' }).click()
  await page.waitForTimeout(800)
}

async function release(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Release' }).first().click()
  await page.waitForTimeout(400)
}

await main()
