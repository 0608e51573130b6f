/** What axe finds on a page, as one line each: what is serious for people who do not see, or use no mouse. */
import axe from 'axe-core'
import type { Page } from 'playwright-core'

/** Serious and critical findings. */
export async function barriers(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate(async () => {
    const { axe: loaded } = globalThis as unknown as { readonly axe: { run(): Promise<axe.AxeResults> } }
    return await loaded.run()
  })
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`)
}

/** By how many pixels the page is wider than the window: people would have to scroll to the side. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const { documentElement } = (globalThis as unknown as { readonly document: PageDocument }).document
    return documentElement.scrollWidth - documentElement.clientWidth
  })

interface PageDocument {
  readonly documentElement: { readonly scrollWidth: number; readonly clientWidth: number }
}
