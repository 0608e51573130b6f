/** Which files of the repository are pages of the site, at which addresses, and under which titles. */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'

/** A page: its file in the repository, its address on the site, its first heading. */
export interface Page {
  readonly file: string
  /** As VitePress writes it: `guides/score.md`. */
  readonly address: string
  readonly title: string
}

export const root = resolve(import.meta.dirname, '../..')

/** Folders of the repository whose pages are on the site, and where they are there. */
const FOLDERS: Readonly<Record<string, string>> = { docs: '', decisions: 'decisions/' }

/** Files beside them. */
const PROJECT = ['README', 'README.zh-CN', 'ARCHITECTURE', 'CONTRIBUTING', 'SECURITY', 'CHANGELOG']

/** The address of a file on the site; undefined where the file is no page. */
export function addressOf(file: string): string | undefined {
  if (!file.endsWith('.md') || file.includes('/.')) return undefined
  const [folder = '', ...rest] = file.split('/')
  const prefix = FOLDERS[folder]
  if (rest.length > 0) return prefix === undefined ? undefined : `${prefix}${rest.join('/')}`
  const name = basename(file, '.md')
  return PROJECT.includes(name) ? `project/${name.toLowerCase()}.md` : undefined
}

/** All pages, by file. */
export function findPages(): readonly Page[] {
  const inFolders = Object.keys(FOLDERS).flatMap(folder =>
    readdirSync(resolve(root, folder), { recursive: true, encoding: 'utf8' }).map(name => `${folder}/${name}`),
  )
  return [...inFolders, ...readdirSync(root)]
    .map(file => file.replaceAll('\\', '/'))
    .sort()
    .flatMap(file => {
      const address = addressOf(file)
      return address === undefined ? [] : [{ file, address, title: titleOf(file) }]
    })
}

/** Folders of the repository without pages, as patterns. */
export const otherFolders = (): readonly string[] =>
  readdirSync(root, { withFileTypes: true })
    .filter(entry => entry.isDirectory() && !(entry.name in FOLDERS))
    .map(({ name }) => `${name}/**`)

function titleOf(file: string): string {
  const heading = /^# (.+)$/m.exec(readFileSync(resolve(root, file), 'utf8'))?.[1]
  if (heading === undefined) throw new Error(`${file} has no heading "# …", which the sidebar shows. Write one.`)
  return heading.replaceAll('`', '').trim()
}
