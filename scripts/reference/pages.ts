/** All pages of the reference that are made from the code, by their path. */
import { factsOf, filterPage } from './filter-page.ts'
import { FILTERS } from './filters.ts'
import { filtersPage } from './filters-page.ts'

/** The text of each page, by its path from the root of the repository. */
export function referencePages(): ReadonlyMap<string, string> {
  const filters = Object.keys(FILTERS).map(
    factory => [`docs/reference/filters/${factsOf(factory).filter.name}.md`, filterPage(factory)] as const,
  )
  return new Map([...filters, ['docs/reference/filters.md', filtersPage()]])
}
