/** Debian's Chromium, without its own network traffic: what leaves the page is what the page asked for. */
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { need } from './services.ts'

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Starts the browser with a new profile. Allow `INSTALL_TIMEOUT` where it may have to be installed. */
export async function startBrowser(): Promise<Browser> {
  const executablePath = await need('chromium', ['chromium', 'fonts-noto-cjk'])
  return await chromium.launch({ executablePath, args: FLAGS, headless: true })
}

/** A page, and what it did that a page of ours must not do. */
export interface WatchedPage extends AsyncDisposable {
  readonly page: Page
  /** Requests that left the origin, errors and dialogs of scripts, violations of the content security policy. */
  readonly faults: readonly string[]
}

/** A new page with new cookies, watched from its beginning. */
export async function openPage(
  browser: Browser,
  origin: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'UTC', reducedMotion: 'reduce', ...options })
  const page = await context.newPage()
  const faults: string[] = []
  page.on('request', request => {
    const url = request.url()
    if (!url.startsWith(`${origin}/`) && !url.startsWith('data:')) faults.push(`request to ${url}`)
  })
  page.on('pageerror', error => faults.push(`error ${error.message}`))
  page.on('console', message => {
    // An answer such as 401 is written there as well.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) faults.push(message.text())
  })
  page.on('dialog', dialog => {
    faults.push(`dialog ${dialog.message()}`)
    void dialog.dismiss()
  })
  return { page, faults, [Symbol.asyncDispose]: () => context.close() }
}
