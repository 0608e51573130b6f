/** What hostile senders write is shown in a real browser and stays text: nothing runs, nothing is loaded. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startBrowser } from '../support/browser.ts'
import { INSTALL_TIMEOUT } from '../support/services.ts'
import { honest, ZONE } from './support/letters.ts'
import { PAYLOADS } from './support/payloads.ts'
import { ServedConsole } from './support/served-console.ts'

const HELD = 'ann@example.com'
const ANN = { name: 'ann', role: 'admin' } as const
/** What runs, loads, leads away or takes what a reader types. */
const ACTIVE =
  '[href], [src]:not([src^="data:"]), [srcset], [style*="url"], form, input, script, body style, link, meta[http-equiv]'

let browser: Browser
let served: ServedConsole

/** Holds everything for one recipient. */
const holds = {
  name: 'hold',
  message: () => ({ rule: 'test', verdict: 'quarantine' as const, reason: 'the test holds it', recipients: [HELD] }),
}

beforeAll(async () => {
  browser = await startBrowser()
  served = await ServedConsole.open({ zone: ZONE, filters: [holds] })
}, INSTALL_TIMEOUT)

afterAll(async () => {
  await browser?.close()
  await served?.[Symbol.asyncDispose]()
})

const encoded = (text: string): string => `=?utf-8?B?${Buffer.from(text).toString('base64')}?=`
const wrapped = (text: string): string => Buffer.from(text).toString('base64').replace(/.{76}/g, '$&\n')

/** The payload as HTML between two words, and as the name of a file. */
const rest = (payload: string): string => `MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: base64

${wrapped(`<p>beginning</p>${payload}<p>end</p>`)}
--b
Content-Type: text/plain; name="${encoded(payload)}"
Content-Disposition: attachment; filename="${encoded(payload)}"

a file
--b--
`

const letter = (payload: string) =>
  honest({
    recipients: [HELD],
    subject: encoded(`subject ${payload}`),
    from: `"${encoded(`name ${payload}`)}" <jo@partner.example>`,
    rest: rest(payload),
  })

/** Requests that are not those of the pages: a payload has made them. */
function strays(page: Page): readonly string[] {
  const found: string[] = []
  page.on('request', request => {
    const { pathname } = new URL(request.url())
    if (!/^\/(?:$|icon\.svg$|assets\/|api\/v1\/)/.test(pathname)) found.push(request.url())
  })
  return found
}

test('S03 markup in subjects, names and file names is text in every list and on every page', async () => {
  for (const payload of PAYLOADS)
    expect((await served.gateway.receive(letter(payload))).outcome?.verdict).toBe('quarantine')
  await served.gateway.history.flush()
  await using opened = await served.page(browser, ANN)
  const { page, faults } = opened
  const stray = strays(page)
  for (const list of ['quarantine', 'messages']) {
    await page.goto(`${served.origin}/#/${list}`)
    await page.getByRole('button', { name: 'Show more' }).click()
    await page.getByText(`${PAYLOADS.length} entries shown`).waitFor()
    const text = (await page.locator('table').textContent()) ?? ''
    const shown = PAYLOADS.filter(payload => !/\p{Cf}|\n/u.test(payload))
    expect(shown.filter(payload => !text.includes(payload.slice(0, 60)))).toEqual([])
    expect(text).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200f\u061c]/)
  }
  const { entries } = await served.gateway.quarantine.list({ limit: 100 })
  for (const { ref, id } of entries.filter((_, index) => index % 8 === 0)) {
    await page.goto(`${served.origin}/#/messages/${ref}`)
    await page.getByText('the test holds it').first().waitFor()
    await page.goto(`${served.origin}/#/quarantine/${id}`)
    await page.getByText('Parts and attachments').waitFor()
  }
  expect(await page.locator('main script, main iframe, main img, main object, main form').count()).toBe(0)
  expect([...stray, ...faults]).toEqual([])
}, 180_000)

test('S03 the formatted text of a held message runs nothing, loads nothing and leads nowhere', async () => {
  const { entries } = await served.gateway.quarantine.list({ limit: 100 })
  expect(entries).toHaveLength(PAYLOADS.length)
  await using opened = await served.page(browser, ANN)
  const { page, faults } = opened
  const stray = strays(page)
  for (const { id, subject } of entries) {
    await page.goto(`${served.origin}/#/quarantine/${id}`)
    await page.getByRole('button', { name: 'Formatted' }).click()
    const frame = page.frameLocator('iframe')
    await frame.getByText('beginning').waitFor()
    expect(await frame.locator(ACTIVE).count(), subject).toBe(0)
    for (const place of await frame.locator('a, button, summary').all())
      await place.click({ force: true, timeout: 500 }).catch(() => undefined)
    expect(page.url()).toContain(`#/quarantine/${id}`)
  }
  await page.waitForLoadState('networkidle')
  expect(page.context().pages()).toHaveLength(1)
  expect([...stray, ...faults]).toEqual([])
}, 180_000)

test('S03 the frame alone is inert as well: its answer forbids scripts, network and other origins', async () => {
  const id = (await served.gateway.quarantine.list({ limit: 1 })).entries[0]?.id ?? ''
  await using opened = await served.page(browser, ANN)
  const { page, faults } = opened
  const stray = strays(page)
  await page.goto(`${served.origin}/api/v1/quarantine/${id}/html`)
  await page.waitForLoadState('networkidle')
  expect(await page.evaluate('self.origin')).toBe('null')
  expect([...stray, ...faults]).toEqual([])
})

test('S03 a subject and a sender of 100 KB, reversed and without a space, neither break the page nor widen it', async () => {
  const long = (length: number): string => `${encoded('\u202e')} ${'W'.repeat(length)}`.replace(/W{900}/g, '$&\n ')
  const from = `"${long(20_000)}" <${'l'.repeat(60)}@partner.example>`
  const { ref, outcome } = await served.gateway.receive(honest({ recipients: [HELD], subject: long(100_000), from }))
  expect(outcome?.verdict).toBe('quarantine')
  await served.gateway.history.flush()
  await using opened = await served.page(browser, ANN, { viewport: { width: 360, height: 740 } })
  const { page, faults } = opened
  for (const place of ['messages', `messages/${ref}`, 'quarantine']) {
    await page.goto(`${served.origin}/#/${place}`)
    await page.getByText(ref).or(page.getByText('WWWW')).first().waitFor()
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
    expect(((await page.locator('main').textContent()) ?? '').length).toBeLessThan(60_000)
  }
  expect(faults).toEqual([])
})
