/** The pages of operation in a real browser, beside a real gateway: a flood, an edited list, hostile names. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ConsoleSources } from '../../src/console/index.ts'
import type { Filter } from '../../src/model/filter.ts'
import { points } from '../../src/model/finding.ts'
import { openPage, startBrowser, type WatchedPage } from '../support/browser.ts'
import { INSTALL_TIMEOUT } from '../support/services.ts'
import { barriers, overflow } from './support/accessibility.ts'
import { type WatchedGateway, watchedGateway } from './support/watched-gateway.ts'

/** Markup, a text that turns around, and a long name. */
const HOSTILE = `<img src=x onerror="alert('in')">\u202E${'long'.repeat(200)}`

/** Finds something in each message: five points, and a rule in dry run. */
const rules: Filter = {
  name: 'example',
  message: ({ reversePath }) => [
    points(5, `said by ${reversePath}`, { rule: 'found' }),
    points(reversePath.includes('wanted') ? 4 : 0.5, 'another reason', { rule: 'other' }),
  ],
}

/** What no gateway of a test has. */
const others: ConsoleSources = {
  doctor: {
    last: {
      time: Date.now(),
      node: 'test',
      results: [
        { name: `next-hop ${HOSTILE}`, status: 'failed', found: HOSTILE, expected: HOSTILE, remedy: HOSTILE },
        { name: 'clock', status: 'ok', found: 'the clock is right', expected: 'less than a second' },
      ],
    },
    run: () => new Promise(() => undefined),
  },
  reports: async () => ({
    dmarc: [
      {
        ...{ domain: 'example.org', reporter: HOSTILE, begin: 8.64e15, end: 8.64e15, messages: 10, passed: 4 },
        ...{ quarantined: 1, rejected: 2, failing: [{ source: HOSTILE, messages: 6 }] },
      },
    ],
    tls: [
      {
        ...{ domain: HOSTILE, reporter: HOSTILE, begin: 0, end: 1, successful: 1, failed: 1 },
        failures: [{ type: HOSTILE, sessions: 1 }],
      },
    ],
    complaints: [{ time: 1, reporter: HOSTILE, kind: HOSTILE, source: HOSTILE }],
    sent: [{ time: 1, domain: HOSTILE, recipient: HOSTILE, messages: 1, result: 'failed', reason: HOSTILE }],
  }),
}

let browser: Browser
let gateway: WatchedGateway
const sessions = new Map<string, string>()

beforeAll(async () => {
  browser = await startBrowser()
  gateway = await watchedGateway([rules], others)
  for (const sender of ['wanted@example.com', 'ann@example.com', '"<b>x</b>"@example.com']) await send(sender)
  await gateway.lists.add({
    effect: 'deny',
    sender: 'listed.example',
    author: HOSTILE.slice(0, 190),
    note: HOSTILE.slice(0, 490),
  })
  await gateway.history.flush()
}, INSTALL_TIMEOUT)

afterAll(async () => {
  await browser?.close()
  await gateway?.[Symbol.asyncDispose]()
})

/** Sends a message. @returns the reply to it, or to the recipient that was refused */
async function send(sender: string): Promise<string> {
  const client = await gateway.front.greeted()
  try {
    const mail = await client.say(`MAIL FROM:<${sender}>`)
    if (!mail.startsWith('250')) return mail
    const rcpt = await client.say('RCPT TO:<bob@example.org>')
    if (!rcpt.startsWith('250')) return rcpt
    await client.say('DATA')
    return await client.say(`From: <${sender}>\r\nTo: <bob@example.org>\r\nSubject: Hello\r\n\r\nHello\r\n.`)
  } finally {
    client.destroy()
  }
}

/** A page of an account, at a place of the console. */
async function at(
  place: string,
  { role = 'admin', ...options }: { role?: 'admin' | 'viewer'; colorScheme?: 'light' | 'dark'; width?: number } = {},
): Promise<WatchedPage> {
  const secret = sessions.get(role) ?? (await gateway.signIn(role))
  sessions.set(role, secret)
  const { colorScheme = 'light', width = 1280 } = options
  const opened = await openPage(browser, gateway.origin, { colorScheme, viewport: { width, height: 900 } })
  await opened.page.context().addCookies([{ name: 'postern', value: secret, url: gateway.origin }])
  await opened.page.goto(`${gateway.origin}/#/${place}`)
  await opened.page.getByRole('heading', { level: 1 }).waitFor()
  return opened
}

/** Everything has been loaded. */
async function loaded(page: Page): Promise<void> {
  await expect.poll(() => page.locator('.skeleton').count(), { timeout: 20_000 }).toBe(0)
}

const PLACES = [
  'live',
  'rules',
  'rules/example%2Ffound',
  'senders?name=ann%40example.com',
  'load',
  'health',
  'reports',
  'audit',
]

test.for(PLACES)('%s: axe finds nothing serious in light and dark, and 360 pixels are wide enough', async place => {
  for (const colorScheme of ['light', 'dark'] as const) {
    await using opened = await at(place, { colorScheme })
    await loaded(opened.page)
    expect(await barriers(opened.page)).toEqual([])
    expect(opened.faults).toEqual([])
  }
  await using narrow = await at(place, { width: 360 })
  await loaded(narrow.page)
  expect(await barriers(narrow.page)).toEqual([])
  expect(await overflow(narrow.page)).toBeLessThanOrEqual(0)
})

test('a flood of refused sessions is seen on Live, and named as one', { timeout: 120_000 }, async () => {
  await gateway.lists.add({ effect: 'deny', sender: 'flood.example' })
  await using opened = await at('live')
  const { page } = opened
  const state = page.getByRole('region', { name: 'State of the gateway' })
  await state.getByText('All is well').waitFor()
  let isFlooding = true
  const flood = async (): Promise<void> => {
    while (isFlooding) expect(await send('eve@flood.example')).toMatch(/^550 5\.7\.1/)
  }
  const clients = [flood(), flood(), flood(), flood()]
  try {
    await state.getByText(/Refusals are \d+ times what they were/).waitFor({ timeout: 90_000 })
    const newest = page.getByRole('table', { name: 'Newest recipients' })
    await newest.getByText('Refused').first().waitFor()
    expect(await newest.getByRole('row').count()).toBeGreaterThan(10)
    const tile = page.getByRole('listitem').filter({ hasText: /^Refused/ })
    expect(Number.parseFloat((await tile.locator('.tile-value').textContent()) ?? '')).toBeGreaterThan(4)
  } finally {
    isFlooding = false
    await Promise.all(clients)
  }
  expect(opened.faults).toEqual([])
})

test('Live stops when it is paused and goes on when it is resumed', async () => {
  await using opened = await at('live')
  const { page } = opened
  await page.getByText('Live', { exact: true }).last().waitFor()
  await page.getByRole('button', { name: 'Pause' }).click()
  await page.getByText('Paused').waitFor()
  await page.getByRole('button', { name: 'Go on' }).click()
  await page.getByText(/Last value at/).waitFor()
  expect(opened.faults).toEqual([])
})

test('a hidden page takes nothing from the gateway, and begins anew with the last minutes when it is shown', async () => {
  await using opened = await at('live')
  const { page } = opened
  // The first stream has begun when a value is shown.
  await page.getByText(/Last value at/).waitFor()
  const streams: string[] = []
  page.on('request', request => {
    if (request.url().endsWith('/live')) streams.push('begun')
  })
  page.on('requestfailed', request => {
    if (request.url().endsWith('/live')) streams.push('ended')
  })
  const turn = (isHidden: boolean) =>
    page.evaluate(hidden => {
      const { document } = globalThis as unknown as { readonly document: EventTarget }
      Object.defineProperty(document, 'hidden', { configurable: true, value: hidden })
      document.dispatchEvent(new Event('visibilitychange'))
    }, isHidden)
  await turn(true)
  await page.getByText('Paused').waitFor()
  await expect.poll(() => streams).toEqual(['ended'])
  await turn(false)
  await expect.poll(() => streams).toEqual(['ended', 'begun'])
  await page.getByRole('button', { name: 'Pause' }).waitFor()
  expect(opened.faults).toEqual([])
})

test('an operator of some domains begins with messages, and is offered no page of the whole gateway', async () => {
  const secret = await gateway.signIn('operator', ['example.org'])
  await using opened = await openPage(browser, gateway.origin)
  const { page } = opened
  await page.context().addCookies([{ name: 'postern', value: secret, url: gateway.origin }])
  await page.goto(gateway.origin)
  await page.getByRole('heading', { level: 1, name: 'Messages' }).waitFor()
  const pages = page.getByRole('navigation', { name: 'Pages' })
  expect(await pages.getByRole('link', { name: /^(Live|Load|Health)$/ }).count()).toBe(0)
  await pages.getByRole('link', { name: 'Rules' }).click()
  await page.getByText('Hits are those of the measured recipients alone').waitFor()
  expect(opened.faults).toEqual([])
})

test('charts are walked by arrow keys and shown as tables', async () => {
  await using opened = await at('live')
  const { page } = opened
  const chart = page.getByRole('slider', { name: /^Verdicts each second/ })
  await chart.waitFor()
  await page.locator('canvas').first().waitFor()
  await chart.focus()
  await page.keyboard.press('Home')
  await expect.poll(() => chart.getAttribute('aria-valuenow')).toBe('1')
  expect(await chart.getAttribute('aria-valuetext')).toMatch(/^\d\d:\d\d:\d\d, Accepted /)
  await page.getByText('Show as a table').first().click()
  await page
    .getByRole('table', { name: 'Verdicts each second' })
    .getByRole('columnheader', { name: 'Refused' })
    .waitFor()
  expect(opened.faults).toEqual([])
})

test('a sender that is denied on the page is refused by the gateway, and accepted when the entry is removed', async () => {
  expect(await send('news@shop.example')).toMatch(/^250/)
  await using opened = await at('senders')
  const { page } = opened
  await page.getByRole('button', { name: 'Deny a sender' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Sender').fill('shop.example')
  await dialog.getByLabel(/^Reason/).fill('we have not asked for it')
  await dialog.getByRole('button', { name: 'Deny a sender' }).click()
  await page.getByText('shop.example is on the list').waitFor()
  const row = page.getByRole('row').filter({ hasText: 'shop.example' })
  await row.getByText('we have not asked for it').waitFor()
  await expect.poll(() => send('news@shop.example'), { timeout: 10_000 }).toMatch(/^550 5\.7\.1/)

  await row.getByRole('button', { name: 'Remove' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
  await page.getByText('shop.example is no longer on the list').waitFor()
  await expect.poll(() => send('news@shop.example'), { timeout: 10_000 }).toMatch(/^250/)

  await gateway.history.flush()
  await page.goto(`${gateway.origin}/#/audit`)
  await page.getByRole('row').filter({ hasText: 'Deny a sender' }).filter({ hasText: 'shop.example' }).waitFor()
  await page.getByRole('row').filter({ hasText: 'Remove an entry' }).waitFor()
  expect(opened.faults).toEqual([])
})

test('points of a rule are previewed on mail that came, and edited with a reason', async () => {
  await using opened = await at('rules/example%2Ffound')
  const { page } = opened
  await page.getByLabel('New points').fill('1')
  await page.getByRole('button', { name: 'Preview' }).click()
  const preview = page.getByRole('region', { name: 'With +1 points' })
  // Nine points were held; five are accepted.
  await preview.getByRole('row').filter({ hasText: 'wanted@example.com' }).getByText('9 → 5').waitFor()
  await page.getByRole('button', { name: 'Use +1 points' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel(/^Reason/).fill('it finds wanted mail')
  await dialog.getByRole('button', { name: 'Use +1 points' }).click()
  await page.getByText('The points were changed').waitFor()
  await page.getByText('it finds wanted mail').waitFor()
  await page.goto(`${gateway.origin}/#/rules`)
  await page.getByRole('row').filter({ hasText: 'example/found' }).getByText('Edited').waitFor()
  expect(opened.faults).toEqual([])
})

test('rules are sorted by any column, and the order is said', async () => {
  await using opened = await at('rules')
  const { page } = opened
  const table = page.getByRole('table', { name: 'Rules' })
  await table.waitFor()
  const name = table.getByRole('columnheader', { name: 'Rule' })
  await name.getByRole('button').click()
  expect(await name.getAttribute('aria-sort')).toBe('ascending')
  const first = await table.getByRole('row').nth(1).textContent()
  await name.getByRole('button').click()
  expect(await name.getAttribute('aria-sort')).toBe('descending')
  expect(await table.getByRole('row').nth(1).textContent()).not.toBe(first)
})

test('a viewer may look and not act', async () => {
  await using opened = await at('senders?name=ann%40example.com', { role: 'viewer' })
  const { page } = opened
  await loaded(page)
  expect(await page.getByRole('button', { name: /Allow|Deny|Remove/ }).count()).toBe(0)
  await page.goto(`${gateway.origin}/#/rules/example%2Ffound`)
  await page.getByText('Points are changed by administrators').waitFor()
  expect(await page.getByRole('button', { name: /^Use / }).count()).toBe(0)
})

test.for(['live', 'senders', 'health', 'reports', 'audit', 'rules/%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E'])(
  'names with markup, reversing characters and great length are inert on %s',
  async place => {
    await using opened = await at(place, { width: 360 })
    await loaded(opened.page)
    expect(await opened.page.locator('main img, main script, main b').count()).toBe(0)
    expect(await opened.page.locator('body').textContent()).not.toContain('\u202E')
    expect(await overflow(opened.page)).toBeLessThanOrEqual(0)
    expect(opened.faults).toEqual([])
  },
)
