/** What an extension means: the tables of `data/extensions.ts` as sets. */
import { extensionOf } from '../../../mime/names.ts'
import { BLOCKED_BY, DISK_IMAGE_EXTENSIONS, NOTEBOOK_EXTENSIONS, PAGE_EXTENSIONS, RUNS } from './data/extensions.ts'

/** The words of a text as a set. */
export const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

/** What runs when the user opens it. */
export const AUTO_EXECUTABLE = words(RUNS)
/** What is mounted as a disk. */
export const DISK_IMAGES = words(DISK_IMAGE_EXTENSIONS)
/** Pages. */
export const PAGES = words(PAGE_EXTENSIONS)
/** Notebooks of OneNote. */
export const NOTEBOOKS = words(NOTEBOOK_EXTENSIONS)

/** What Outlook or Gmail does not deliver and no other rule reports by its name. */
export const UNDELIVERED: ReadonlyMap<string, string> = new Map(
  BLOCKED_BY.flatMap(({ by, extensions }) =>
    [...words(extensions)]
      .filter(extension => ![AUTO_EXECUTABLE, DISK_IMAGES, PAGES].some(set => set.has(extension)))
      .map(extension => [extension, by] as const),
  ),
)

/** Whether a file of this name runs when the user opens it. A host or an address may end in `.com`, too. */
export function isAutoExecutable(name: string): boolean {
  const extension = extensionOf(name)
  return AUTO_EXECUTABLE.has(extension) && !(extension === 'com' && HOST_OR_ADDRESS.test(name))
}

const HOST_OR_ADDRESS = /@|^(?:www|mail|https?)\b|\.[a-z0-9-]{1,60}\.com$/i
