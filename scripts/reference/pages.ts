/** All pages of the reference that are made from the code, by their path. */
import { adaptersPage } from './adapters-page.ts'
import { commandsPage } from './commands-page.ts'
import { factsPage } from './facts-page.ts'
import { factsOf, filterPage } from './filter-page.ts'
import { FILTERS } from './filters.ts'
import { filtersPage } from './filters-page.ts'
import { metricsPage } from './metrics-page.ts'
import { noticesPage } from './notices-page.ts'
import { repliesPage } from './replies-page.ts'
import { storesPage } from './stores-page.ts'

/** The text of each page, by its path from the root of the repository. */
export async function referencePages(): Promise<ReadonlyMap<string, string>> {
  const filters = Object.keys(FILTERS).map(
    factory => [`docs/reference/filters/${factsOf(factory).filter.name}.md`, filterPage(factory)] as const,
  )
  return new Map([
    ...filters,
    ['docs/reference/filters.md', filtersPage()],
    ['docs/reference/facts.md', factsPage()],
    ['docs/reference/metrics.md', metricsPage()],
    ['docs/reference/notices.md', noticesPage()],
    ['docs/reference/commands.md', await commandsPage()],
    ['docs/reference/replies.md', repliesPage()],
    ['docs/reference/stores.md', storesPage()],
    ['docs/reference/adapters.md', await adaptersPage()],
  ])
}
