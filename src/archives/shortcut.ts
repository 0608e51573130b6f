/** Shortcuts: shell links of Windows, and those that are written as text (`.url`, `.scf`, `.desktop`, `.webloc`). */
import type { Inspector, Notes } from './inspection.ts'
import { noteAddresses, shareHost, sharesIn, textOf } from './plain-text.ts'
import { readShellLink, type ShellLink } from './shell-link.ts'

/** Shell links start any program. */
export const inspectLnk: Inspector = async (bytes, { notes, nested }) => {
  const link = readable(bytes)
  const said = link === undefined ? raw(bytes) : [...link.targets, link.arguments].join(' ')
  const program = PROGRAM.exec(said)?.[0]
  notes.trait('launch', link === undefined ? 'it is a shortcut, which starts a program' : sentence(link))
  if (program !== undefined) notes.trait('executable', `it starts ${program}`)
  if (link === undefined) return notes.trait('unscannable', 'it is damaged: its lengths lead beyond its end')
  for (const icon of link.icons) {
    const host = shareHost(icon)
    if (host !== undefined) notes.trait('external-template', `showing its icon asks the host ${host}`)
  }
  for (const target of link.targets) if (shareHost(target) !== undefined) notes.link(asFileUrl(target))
  noteAddresses(link.arguments, notes)
  // A program or a page behind the end is what the arguments of the shortcut cut out and start.
  if (link.rest.length > 0) await nested('', link.rest)
}

/** Programs that start others, or run what a command line says. */
const PROGRAM =
  /\b(?:powershell|pwsh|cmd|mshta|wscript|cscript|rundll32|regsvr32|msiexec|curl|certutil|bitsadmin|conhost|forfiles|ftp|wmic|msbuild|explorer|schtasks|ssh|scp|pcalua|odbcconf|installutil|hh|python|node)(?:\.exe)?\b/i

function readable(bytes: Buffer): ShellLink | undefined {
  try {
    return readShellLink(bytes)
  } catch {
    return undefined
  }
}

/** All letters of a shortcut that cannot be read. */
const raw = (bytes: Buffer): string => `${bytes.toString('utf16le', 0, 65_536)}${bytes.toString('latin1', 0, 65_536)}`

/** Blanks that push the arguments out of the dialog, which shows 260 characters. */
const PADDING = /[\s\u00a0\u2000-\u200b\u3000]{32,}/g

function sentence({ targets, arguments: written, icons }: ShellLink): string {
  const padding = written.match(PADDING)?.reduce((sum, blanks) => sum + blanks.length, 0) ?? 0
  const words = written.replace(PADDING, ' ').trim().slice(0, 80)
  const target = /[^\\/]*$/.exec(targets[0]?.slice(-100) ?? '')?.[0] ?? ''
  const what = target === '' ? 'a program' : target
  const behind = padding > 0 ? `, which stand behind ${padding} blanks` : ''
  const as = icons.some(icon => DOCUMENT_ICON.test(icon)) ? ', under the icon of a document' : ''
  return `it is a shortcut, which starts ${what}${words === '' ? '' : ` with “${words}”`}${behind}${as}`
}

const DOCUMENT_ICON =
  /(?:acrobat|acrord32|msedge|chrome|firefox|winword|excel|powerpnt|wordicon|xlicons|notepad|wordpad|imageres)\.(?:exe|dll)|\.(?:pdf|docx?|xlsx?|txt)(?:$|[\s,])/i

const asFileUrl = (path: string): string => `file:${path.trim().replaceAll('\\', '/')}`

/** Settings of a text shortcut: `URL=https://example.org/`. */
const SETTING = /^[ \t]*([A-Za-z][\w-]{0,40})[ \t]*=[ \t]*([^\r\n]{1,2048})/gm
const MAX_SETTINGS = 200

/** A shortcut to a page is a link. One to a file of another host, or with a command, starts something. */
export const inspectTextShortcut: Inspector = (bytes, { notes }) => {
  const text = textOf(bytes, notes)
  if (/<plist\b/i.test(text.slice(0, 1024))) return webLocation(text, notes)
  let left = MAX_SETTINGS
  for (const [, key = '', value = ''] of text.matchAll(SETTING)) {
    left -= 1
    if (left < 0) return notes.beyond('it has more settings than are read')
    noteSetting(key.toLowerCase(), value.trim(), notes)
  }
}

const TARGETS: ReadonlySet<string> = new Set(['url', 'baseurl', 'origurl'])
const ICONS: ReadonlySet<string> = new Set(['iconfile', 'icon', 'iconresource', 'workingdirectory', 'logo'])

function noteSetting(key: string, value: string, notes: Notes): void {
  const host = shareHost(value)
  if (TARGETS.has(key)) noteTarget(value, notes)
  else if (ICONS.has(key) && host !== undefined) {
    notes.trait('external-template', `showing it asks the host ${host}`)
  } else if (key === 'exec' || key === 'command') {
    // `Command=2` and `Command=ToggleDesktop` are all that a shell command file of Windows has.
    if (!/^(?:\d|ToggleDesktop)$/i.test(value)) notes.trait('launch', `it starts “${value.slice(0, 80)}”`)
  }
}

function noteTarget(value: string, notes: Notes): void {
  notes.link(value)
  const [host] = [shareHost(value), ...sharesIn(value)].filter(one => one !== undefined)
  if (host !== undefined) notes.trait('external-template', `it opens a file on the host ${host}`)
  if (!/^(?:https?|mailto|ftp):/i.test(value)) notes.trait('launch', `it opens “${value.slice(0, 80)}”`)
}

/** A property list of macOS with one address (`.webloc`, `.inetloc`, `.fileloc`). */
function webLocation(text: string, notes: Notes): void {
  const url = /<key>\s{0,20}URL\s{0,20}<\/key>\s{0,20}<string>([^<]{1,2048})<\/string>/i.exec(text)?.[1]
  if (url !== undefined) noteTarget(url.trim().replaceAll('&amp;', '&'), notes)
}
