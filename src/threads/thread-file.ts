/** Finds the files that threads run. */
import { existsSync } from 'node:fs'

/**
 * The file of a thread: beside the file that starts it in the source, and in its own folder in the package, where a
 * bundler may have put the starting file anywhere above it.
 *
 * @param here `import.meta.url` of the file that starts it
 * @param path below `src`, such as `history/sqlite/thread`
 */
export function threadFile(here: string, path: string): URL {
  const parts = path.split('/')
  const paths = here.endsWith('.ts')
    ? [`./${parts.at(-1)}.ts`]
    : parts.map((_, index) => `./${parts.slice(index).join('/')}.js`)
  const found = paths.map(file => new URL(file, here)).find(url => existsSync(url))
  if (!found) throw new Error(`${path}.js is not where the build of postern puts it, near ${here}`)
  return found
}
