/** Archives of source code: scripts of developers come with what belongs to them. */
import type { InspectedFile } from '../../../facts/archives.ts'
import { extensionOf } from '../../../mime/names.ts'
import { quote } from '../../rules/quote.ts'
import type { Rule } from '../../rules/rule.ts'
import type { AttachmentView } from './attachment-view.ts'
import { isAutoExecutable, words } from './extensions.ts'

export const sourceCode = {
  'attachments/source-code': {
    group: 'document',
    fires:
      'An archive of source code has scripts that Windows runs when the user opens them, beside three or more files of code in two or more languages, and nothing else that runs; or a saved web page has its scripts.',
    points: 1.5,
    find: ({ files }) => {
      const [name] = sourceScripts(files)
      return name === undefined ? undefined : `${quote(name)} is a script in an archive of source code`
    },
  },
} satisfies Readonly<Record<string, Rule<AttachmentView>>>

/** The names, without folders, that the message has for scripts in archives of source code, and for nothing else. */
export function sourceScripts(files: readonly InspectedFile[]): ReadonlySet<string> {
  const [found, others] = [new Set<string>(), new Set<string>()]
  for (const { names, members } of files) {
    if (names.length === 1) others.add(names[0] ?? '')
    const isCode = isSourceCode(members)
    const saved = savedPages(members)
    for (const { name } of members) {
      const base = baseOf(name)
      const isScript = isCode ? SCRIPTS.has(extensionOf(base)) : STARTER.test(name) || isPageScript(name, saved)
      if (isScript) found.add(base)
      else others.add(base)
    }
  }
  return new Set([...found].filter(name => !others.has(name)))
}

/** The last part of a path. */
export const baseOf = (name: string): string => name.slice(name.lastIndexOf('/') + 1)

/** Several files of code in several languages, and nothing that runs but scripts; none of it is encrypted. */
function isSourceCode(members: InspectedFile['members']): boolean {
  let code = 0
  const kinds = new Set<string>()
  for (const { name, encrypted } of members) {
    const base = baseOf(name)
    const extension = extensionOf(base)
    if (encrypted || (isAutoExecutable(base) && !SCRIPTS.has(extension))) return false
    if (!CODE.has(extension) && !WITHOUT_EXTENSION.test(base)) continue
    code += 1
    kinds.add(extension)
  }
  return code >= MIN_CODE && kinds.size >= MIN_KINDS
}

const [MIN_CODE, MIN_KINDS] = [3, 2]

/** The folders of pages that a browser has saved: `Larches_files/` beside `Larches.html`. */
const savedPages = (members: InspectedFile['members']): ReadonlySet<string> =>
  new Set(members.flatMap(({ name }) => (PAGE.test(name) ? [`${name.replace(PAGE, '')}_files/`] : [])))

const isPageScript = (name: string, folders: ReadonlySet<string>): boolean =>
  PAGE_SCRIPT.test(name) && folders.has(name.slice(0, name.lastIndexOf('/') + 1))

const PAGE = /\.html?$/i
const PAGE_SCRIPT = /\.m?js$/

const SCRIPTS = words('js mjs bat cmd ps1 psm1 vb vbs command desktop')

/** A Linux program’s entry for the menu, in its package. */
const STARTER = /(?:^|\/)share\/applications\/[^/]{1,200}\.desktop$/

const CODE = words(`
  c h cc cpp cxx hpp cs java kt kts scala go rs rb php py pyi pl pm lua r jl swift m dart ex exs erl hs ml clj ts tsx jsx vue svelte
  css scss sass less html htm xml xsl json yml yaml toml ini cfg conf properties gradle cmake mk in am sql graphql proto tf sh bash
  zsh fish awk md rst adoc tex lock patch diff map csproj sln svg ipynb gitignore editorconfig dockerignore npmrc eslintrc`)
const WITHOUT_EXTENSION =
  /^(?:makefile|dockerfile|readme|license|licence|copying|changelog|authors|gemfile|rakefile|procfile)$/i
