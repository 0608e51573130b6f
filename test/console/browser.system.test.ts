/** People at the console, in a real browser over the real stores: the ways that they go every day. */
import { Secret, TOTP } from 'otpauth'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPage, startBrowser } from '../support/browser.ts'
import { INSTALL_TIMEOUT } from '../support/services.ts'
import { holdsWord, honest, hostile, ZONE } from './support/letters.ts'
import { ServedConsole } from './support/served-console.ts'

let browser: Browser
let served: ServedConsole

beforeAll(async () => {
  browser = await startBrowser()
  served = await ServedConsole.open({ zone: ZONE, filters: [holdsWord('Invoice')] })
}, INSTALL_TIMEOUT)

afterAll(async () => {
  await browser?.close()
  await served?.[Symbol.asyncDispose]()
})

const ANN = { name: 'ann', role: 'admin' } as const
const toast = (page: Page) => page.locator('.toasts')
const HEEDED = { timeout: 20_000, interval: 500 }
const PASSWORD = 'a sentence that is long enough'

test('the first administrator sets up an account, keeps the recovery codes, signs out and in again', async () => {
  await using opened = await openPage(browser, served.origin)
  const { page } = opened
  await page.goto(served.setUpLink)
  await page.getByLabel('Name (Administrator)').fill('root')
  await page.getByLabel('New password').fill(PASSWORD)
  await page.getByLabel('The same password again').fill(PASSWORD)
  await page.getByRole('img', { name: 'QR code' }).waitFor()
  const secret = await page.locator('.enrolment code').textContent()
  const totp = new TOTP({ secret: Secret.fromBase32(secret ?? '') })
  await page.getByLabel('Six digits that the app shows').fill(totp.generate())
  await page.getByRole('button', { name: 'Finish' }).click()
  const codes = await page.locator('.codes code').allInnerTexts()
  expect(codes.length).toBeGreaterThanOrEqual(8)
  await page.getByRole('button', { name: 'I have kept them' }).click()
  await page.getByRole('button', { name: 'Sign out' }).click()

  const signIn = page.getByRole('button', { name: 'Sign in' })
  await page.getByLabel('Name', { exact: true }).fill('root')
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByLabel('Code').fill('000000')
  await signIn.click()
  await page.getByRole('alert').filter({ hasText: 'Name, password or code is not right.' }).waitFor()
  await page.getByLabel('Code').fill(codes[0] ?? '')
  await signIn.click()
  await page.getByRole('navigation', { name: 'Pages' }).waitFor()
  await page.getByText('root', { exact: true }).waitFor()
  expect(opened.faults).toEqual([])
})

test('a refused message is found by the reference of its reply, and its page says why it was refused', async () => {
  const { ref } = await served.gateway.receive(hostile({ recipients: ['someone@elsewhere.example'] }))
  await served.gateway.history.flush()
  await using opened = await served.page(browser, ANN)
  const { page } = opened
  await page.goto(`${served.origin}/#/messages`)
  await page.getByRole('searchbox', { name: 'Search' }).fill(`ref=${ref}`)
  await page.keyboard.press('Enter')
  await page.getByRole('row').filter({ hasText: ref }).getByRole('link').first().click()
  await page.getByText(/It was refused because .*relay/i).waitFor()
  await page.getByText('someone@elsewhere.example').first().waitFor()
  expect(await page.getByText(/^The client was answered 5\d\d/).count()).toBe(1)
  await page.getByRole('link', { name: 'Messages' }).first().click()
  expect(page.url()).toContain('#/messages')
  expect(opened.faults).toEqual([])
})

test('a held invoice is read, released, delivered once and allowed; the next invoice of the sender passes', async () => {
  const { gateway } = served
  const first = await gateway.receive(honest({ subject: 'Invoice 1147', recipients: ['bob@example.com'] }))
  expect(first.outcome?.verdict).toBe('quarantine')
  await gateway.history.flush()
  await using opened = await served.page(browser, ANN)
  const { page } = opened
  await page.goto(`${served.origin}/#/quarantine`)
  await page.getByRole('link', { name: 'Invoice 1147' }).click()
  await page.getByText('An invoice of a sender that has never sent one').first().waitFor()
  await page.getByText('See you soon.').waitFor()

  await page.getByRole('button', { name: 'Release' }).click()
  const dialog = page.getByRole('dialog', { name: 'Release 1 message?' })
  await dialog.getByLabel('Allow this sender').check()
  await dialog.getByLabel('Reason').fill('Bob has ordered it')
  await dialog.getByRole('button', { name: 'Release' }).click()
  await toast(page).getByText('1 message was released.').waitFor()
  await page.getByText(/Released by ann/).waitFor()
  expect(gateway.delivered).toMatchObject([
    { recipient: 'bob@example.com', text: expect.stringContaining('Invoice 1147') },
  ])

  // Gateways heed a changed list within seconds.
  const next = honest({ subject: 'Invoice 1148', recipients: ['bob@example.com'] })
  await expect.poll(async () => (await gateway.receive(next)).outcome?.verdict, HEEDED).toBe('accept')
  await gateway.history.flush()
  await page.goto(`${served.origin}/#/messages?text=bob%40example.com`)
  const row = page.getByRole('row').filter({ hasText: 'Invoice 1148' })
  await row.first().getByText('Accepted').waitFor()
  await page.goto(`${served.origin}/#/audit`)
  await page.getByRole('row').filter({ hasText: 'Bob has ordered it' }).first().waitFor()
  expect(opened.faults).toEqual([])
})

test('a message is called spam, which trains the filters, and that is taken back', async () => {
  const { gateway } = served
  const { ref } = await gateway.receive(honest({ subject: 'Lunch', recipients: ['carol@example.com'] }))
  await gateway.history.flush()
  await using opened = await served.page(browser, ANN)
  const { page } = opened
  await page.goto(`${served.origin}/#/messages/${ref}`)
  await page.getByRole('button', { name: 'This is spam' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'This is spam' }).click()
  await toast(page).getByText('The filters have learned it.').waitFor()
  await toast(page).getByRole('button', { name: 'Undo' }).click()
  await toast(page).getByText('Taken back').waitFor()
  await gateway.history.flush()
  const { events } = await gateway.history.audit({ by: 'ann' })
  expect(events.map(({ action, result }) => `${action} ${result}`).slice(0, 2)).toEqual(['undo done', 'train done'])
  expect(opened.faults).toEqual([])
})

test('several held messages are selected by keyboard and deleted together', async () => {
  const { gateway } = served
  for (const number of [1, 2, 3])
    await gateway.receive(honest({ subject: `Invoice of a stranger ${number}`, recipients: ['dora@example.com'] }))
  await using opened = await served.page(browser, ANN)
  const { page } = opened
  await page.goto(`${served.origin}/#/quarantine?recipient=dora%40example.com`)
  const box = (number: number) => page.getByRole('checkbox', { name: `Select Invoice of a stranger ${number}` })
  await box(3).focus()
  await page.keyboard.press('Space')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Space')
  expect([await box(3).isChecked(), await box(2).isChecked(), await box(1).isChecked()]).toEqual([true, true, false])
  await page.getByText('2 messages selected').waitFor()
  await page.getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('dialog', { name: 'Delete 2 messages?' }).getByRole('button', { name: 'Delete' }).click()
  await toast(page).getByText('2 messages were deleted.').waitFor()
  await box(1).waitFor()
  await expect.poll(() => page.getByRole('row').count()).toBe(2)
  const left = await gateway.quarantine.list({ recipient: 'dora@example.com' })
  expect(left.entries.map(({ subject }) => subject)).toEqual(['Invoice of a stranger 1'])
  expect(opened.faults).toEqual([])
})

test('a list is edited: an entry is added, refuses mail, and is removed', async () => {
  const { gateway } = served
  await using opened = await served.page(browser, ANN)
  const { page } = opened
  await page.goto(`${served.origin}/#/messages`)
  const { ref } = await gateway.receive(honest({ subject: 'Before', recipients: ['eve@example.com'] }))
  await gateway.history.flush()
  await page.goto(`${served.origin}/#/messages/${ref}`)
  await page.getByRole('button', { name: 'Refuse the sender' }).click()
  const dialog = page.getByRole('dialog', { name: 'Refuse a sender' })
  await dialog.getByLabel('For which recipients').selectOption('eve@example.com')
  await dialog.getByRole('button', { name: 'Refuse the sender' }).click()
  await toast(page).getByText('The entry is in force.').waitFor()
  const letter = honest({ subject: 'After', recipients: ['eve@example.com'] })
  const verdict = async () => (await gateway.receive(letter)).outcome?.verdict ?? 'refused at RCPT'
  await expect.poll(verdict, HEEDED).toMatch(/reject|refused/)

  await page.goto(`${served.origin}/#/senders`)
  const row = page.getByRole('row').filter({ hasText: 'eve@example.com' })
  await row.getByRole('button', { name: 'Remove' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
  await row.waitFor({ state: 'detached' })
  await expect.poll(verdict, HEEDED).toBe('accept')
  expect(opened.faults).toEqual([])
})

test('the owner of a mailbox signs in by a link in mail, sees only their own, and releases it', async () => {
  const { gateway } = served
  await gateway.receive(honest({ subject: 'Invoice for Finn', recipients: ['finn@example.com', 'gus@example.com'] }))
  await gateway.receive(honest({ subject: 'Invoice for Gus alone', recipients: ['gus@example.com'] }))
  await gateway.history.flush()
  await using opened = await openPage(browser, served.origin)
  const { page } = opened
  await page.goto(served.origin)
  await page.getByText('For owners of a mailbox').click()
  await page.getByLabel('Mail address').fill('finn@example.com')
  await page.getByRole('button', { name: 'Send the link' }).click()
  await page.getByText('a link is on its way').waitFor()
  await expect.poll(() => served.mails.at(-1)?.address).toBe('finn@example.com')
  await page.goto(served.mails.at(-1)?.url ?? '')
  await page.getByRole('button', { name: 'Sign in' }).click()

  await page.getByRole('heading', { name: 'Held for me' }).waitFor()
  await page.getByRole('link', { name: 'Invoice for Finn' }).click()
  await page.getByRole('button', { name: 'Release' }).waitFor()
  expect(await page.content()).not.toContain('gus@example.com')
  expect(await page.getByRole('navigation', { name: 'Pages' }).getByRole('link').allInnerTexts()).toEqual([
    'My messages',
    'Held for me',
    'My senders',
    'Account',
  ])
  await page.getByRole('button', { name: 'Release' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Release' }).click()
  await page.getByText(/Released by finn@example\.com/).waitFor()
  expect(gateway.delivered.at(-1)?.recipient).toBe('finn@example.com')
  await page.goto(`${served.origin}/#/messages`)
  await page.getByRole('link', { name: 'Invoice for Finn' }).first().waitFor()
  expect(await page.content()).not.toContain('gus@example.com')
  await page.goto(`${served.origin}/#/rules`)
  await page.getByText('There is no such page.').waitFor()
  expect(opened.faults).toEqual([])
})

test('an administrator adds a person, whose set-up link is shown once, and makes a token', async () => {
  await using opened = await served.page(browser, ANN)
  const { page } = opened
  await page.goto(`${served.origin}/#/people`)
  await page.getByRole('button', { name: 'Add a person' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('olga')
  await dialog.getByLabel('Domains').fill('example.org')
  await dialog.getByRole('button', { name: 'Add a person' }).click()
  await page
    .getByRole('dialog', { name: 'Set-up link' })
    .getByText(/#\/set-up\//)
    .waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('row').filter({ hasText: 'olga' }).getByText('invited').waitFor()
  await page.goto(`${served.origin}/#/tokens`)
  await page.getByRole('button', { name: 'Create a token' }).click()
  await page.getByRole('dialog').getByLabel('What it is for').fill('nightly export')
  await page.getByRole('dialog').getByRole('button', { name: 'Create a token' }).click()
  await page.getByText('Copy the token now.').waitFor()
  const token = await page.getByRole('dialog').locator('code').first().textContent()
  const answer = await fetch(`${served.origin}/api/v1/messages`, { headers: { authorization: `Bearer ${token}` } })
  expect(answer.status).toBe(200)
  expect(opened.faults).toEqual([])
})

test('copies of a message are found from its page', async () => {
  const { gateway } = served
  const words = '\nOur garden is open again on Saturday, with roses, tea and a tour at noon. Everyone is welcome.\n'
  const copies = ['hal@example.com', 'ida@example.com', 'jim@example.com']
  const refs: string[] = []
  for (const recipient of copies)
    refs.push((await gateway.receive(honest({ subject: 'Open day', recipients: [recipient], rest: words }))).ref)
  await gateway.history.flush()
  await using opened = await served.page(browser, ANN)
  const { page } = opened
  await page.goto(`${served.origin}/#/messages/${refs[0]}`)
  await page.getByRole('button', { name: 'Find similar' }).click()
  for (const recipient of copies.slice(1)) await page.getByRole('row').filter({ hasText: recipient }).waitFor()
  expect(opened.faults).toEqual([])
})

test('a session that has ended leads to signing in, and from there back to the same page', async () => {
  await using opened = await served.page(browser, ANN)
  const { page } = opened
  await page.goto(`${served.origin}/#/messages?text=bob%40example.com`)
  await page.getByRole('heading', { level: 1, name: 'Messages' }).waitFor()
  const cookies = await page.context().cookies()
  await page.context().clearCookies()
  await page.getByLabel('Verdict').selectOption('accept')
  await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor()
  await page.context().addCookies(cookies)
  await page.reload()
  await page.getByRole('heading', { level: 1, name: 'Messages' }).waitFor()
  expect(page.url()).toContain('text=bob%40example.com&verdict=accept')
  expect(opened.faults).toEqual([])
})
