/** The console for everyone: by keyboard alone, on a phone, in light and dark, in both languages. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startBrowser, type WatchedPage } from '../support/browser.ts'
import { INSTALL_TIMEOUT } from '../support/services.ts'
import { barriers, overflow } from './support/accessibility.ts'
import { holdsWord, honest, hostile, ZONE } from './support/letters.ts'
import { ServedConsole, type Viewer } from './support/served-console.ts'

const ANN: Viewer = { name: 'ann', role: 'admin' }
const BOB: Viewer = { mailbox: 'bob@example.com' }

let browser: Browser
let served: ServedConsole
let ref = ''
let id = ''

beforeAll(async () => {
  browser = await startBrowser()
  served = await ServedConsole.open({ zone: ZONE, filters: [holdsWord('Invoice')] })
  const { gateway } = served
  await gateway.receive(honest())
  await gateway.receive(honest({ recipients: ['stranger@elsewhere.example'] }))
  await gateway.receive(honest({ subject: 'Invoice 7', recipients: ['bob@example.com'] }))
  ref = (await gateway.receive(hostile({ recipients: ['bob@example.com', 'ann@example.com'] }))).ref
  id = (await gateway.quarantine.list()).entries[0]?.id ?? ''
  await gateway.lists.add({ effect: 'allow', sender: 'dmarc:partner.example', scope: 'bob@example.com', author: 'bob' })
  await gateway.history.flush()
}, INSTALL_TIMEOUT)

afterAll(async () => {
  await browser?.close()
  await served?.[Symbol.asyncDispose]()
})

interface Look {
  readonly colorScheme?: 'light' | 'dark'
  readonly width?: number
  readonly locale?: string
}

/** A page, with all that it loads. */
async function open(viewer: Viewer | undefined, place: string, { width = 1280, ...look }: Look): Promise<WatchedPage> {
  const opened = await served.page(browser, viewer ?? ANN, { viewport: { width, height: 800 }, ...look })
  if (viewer === undefined) await opened.page.context().clearCookies()
  await opened.page.goto(`${served.origin}/#/${place}`)
  await opened.page.getByRole('heading', { level: 1 }).waitFor()
  await expect.poll(() => opened.page.locator('.skeleton').count(), { timeout: 20_000 }).toBe(0)
  return opened
}

/** Each place, and what is opened there. */
const PLACES: readonly (readonly [name: string, place: () => string, viewer?: Viewer, button?: string])[] = [
  ['signing in', () => 'sign-in'],
  ['the set-up of an account', () => `set-up/${served.setUpLink.split('/').at(-1)}`],
  ['a link for signing in', () => 'link/abc'],
  ['messages', () => 'messages', ANN],
  ['a search without results', () => 'messages?text=absent%40example.com', ANN],
  ['a message', () => `messages/${ref}`, ANN],
  ['a question about a message', () => `messages/${ref}`, ANN, 'Allow the sender'],
  ['no such message', () => 'messages/ABCDEFGH', ANN],
  ['the quarantine', () => 'quarantine', ANN],
  ['a held message, formatted', () => `quarantine/${id}`, ANN, 'Formatted'],
  ['a question about a held message', () => `quarantine/${id}`, ANN, 'Release'],
  ['people', () => 'people', ANN],
  ['a new person', () => 'people', ANN, 'Add a person'],
  ['tokens', () => 'tokens', ANN, 'Create a token'],
  ['the account', () => 'account', ANN],
  ['no such page', () => 'nowhere', ANN],
  ['what is held for a user', () => 'quarantine', BOB],
  ['the messages of a user', () => 'messages', BOB],
  ['the lists of a user', () => 'lists', BOB],
]

async function press(page: Page, button: string | undefined): Promise<void> {
  if (button === undefined) return
  await page.getByRole('button', { name: button }).first().click()
  await page.waitForLoadState('networkidle')
}

test.for(PLACES)(
  '%s: axe finds nothing serious in light and dark, and 360 pixels are wide enough',
  {
    timeout: 120_000,
  },
  async ([, place, viewer, button]) => {
    for (const look of [{ colorScheme: 'light' }, { colorScheme: 'dark' }, { width: 360 }] as const) {
      await using opened = await open(viewer, place(), look)
      await press(opened.page, button)
      expect(await barriers(opened.page), JSON.stringify(look)).toEqual([])
      if ('width' in look) expect(await overflow(opened.page)).toBeLessThanOrEqual(0)
      expect(opened.faults).toEqual([])
    }
  },
)

/** Presses Tab until this has the focus. */
async function tabTo(page: Page, name: string, max = 60): Promise<void> {
  for (let presses = 0; presses < max; presses += 1) {
    await page.keyboard.press('Tab')
    if ((await focused(page)) === name) return
  }
  throw new Error(`"${name}" was not reached by Tab`)
}

/** The name of what has the focus; empty while nothing has it, which is when the body has it. */
const focused = (page: Page): Promise<string> =>
  page.evaluate<string>(
    '(e => e === document.body ? "" : (e.getAttribute("aria-label") || e.labels?.[0]?.textContent || e.textContent || "").trim())(document.activeElement)',
  )

/** The page moves the focus a moment after a key, and on a busy machine later than the next key would come. */
const untilFocused = (page: Page, name: string) => expect.poll(() => focused(page), { timeout: 20_000 }).toContain(name)

test('by keyboard alone: skip the navigation, search, walk the rows, open a message, release it, close the question', async () => {
  await using opened = await open(ANN, 'quarantine', {})
  const { page } = opened
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await tabTo(page, 'Recipient')
  await page.keyboard.type('bob@example.com')
  await page.keyboard.press('Enter')
  await page.getByText('2 entries shown').waitFor()
  expect(await page.evaluate('document.activeElement.name')).toBe('recipient')
  await tabTo(page, 'Your parcel could not be delivered')
  await page.keyboard.press('ArrowDown')
  await untilFocused(page, 'Invoice 7')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: 'Invoice 7' }).waitFor()
  await expect.poll(() => page.evaluate('document.activeElement.tagName'), { timeout: 20_000 }).toBe('H1')
  await tabTo(page, 'Release')
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await untilFocused(page, 'Release')
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').waitFor()
  await tabTo(page, 'Release')
  await page.keyboard.press('Enter')
  await page.getByText('1 message was released.').waitFor()
  expect(opened.faults).toEqual([])
})

test('the menu of a phone opens, leads on, and closes', async () => {
  await using opened = await open(ANN, 'messages', { width: 360 })
  const { page } = opened
  const navigation = page.getByRole('navigation', { name: 'Pages' })
  expect(await navigation.isVisible()).toBe(false)
  await page.getByRole('button', { name: 'Menu' }).click()
  expect(await barriers(page)).toEqual([])
  await navigation.getByRole('link', { name: 'Quarantine' }).click()
  await page.getByRole('heading', { level: 1, name: 'Quarantine' }).waitFor()
  expect(await navigation.isVisible()).toBe(false)
})

test('language and theme are those of the browser, and what a person chooses is kept', async () => {
  await using opened = await open(ANN, 'messages', { locale: 'zh-CN', colorScheme: 'dark' })
  const { page } = opened
  await page.getByRole('heading', { level: 1, name: '邮件' }).waitFor()
  expect(await page.getAttribute('html', 'lang')).toBe('zh-CN')
  const background = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor')
  const dark = await background()
  expect(await barriers(page)).toEqual([])
  await page.getByLabel('语言').selectOption('en')
  await page.getByLabel('Theme').selectOption('light')
  await page.reload()
  await page.getByRole('heading', { level: 1, name: 'Messages' }).waitFor()
  expect(await background()).not.toBe(dark)
  expect(opened.faults).toEqual([])
})
