/** OpenDocument inside its zip (ODF 1.3): macros, scripts, events, what is fetched from elsewhere, links, text. */
import { setImmediate } from 'node:timers/promises'
import type { Inspector, Notes } from './inspection.ts'
import { startsProgram } from './office-fields.ts'
import { isOfficeCloud, isRemote } from './office-targets.ts'
import { TAGS_AT_ONCE, xmlAttribute, xmlContent, xmlPart, xmlTags } from './xml.ts'
import type { ZipEntry } from './zip-directory.ts'

/** Characters of text that are kept, of scripts that are searched, and scripts. */
const [MAX_TEXT, MAX_SCRIPT, MAX_SCRIPTS] = [65_536, 1_048_576, 200]
/** Of one picture, and the number of pictures that are kept for codes. */
const [MAX_PICTURE, MIN_PICTURE, MAX_PICTURES] = [2_097_152, 200, 8]

export const isOdf = (entries: readonly ZipEntry[]): boolean =>
  entries.some(({ name }) => name === 'content.xml') && entries.some(({ name }) => name === 'META-INF/manifest.xml')

/** Parts that a program writes. Other entries are inspected as files. */
const DOCUMENT_PARTS =
  /^(?:mimetype|META-INF\/.*|Basic\/.*|Scripts\/.*|(?:Object \d+\/)?(?:content|styles|meta|settings)\.xml|manifest\.rdf|layout-cache|(?:Thumbnails|Pictures|Configurations2)\/.*\.(?:png|jpe?g|gif|svg|xml|[ew]mf|svm)|ObjectReplacements\/.*|Configurations2\/.*)$/i

type Unpack = (entry: ZipEntry) => Promise<Buffer | undefined>

/** @returns the entries that belong to the document, so that the others can be inspected */
export async function inspectOdf(
  entries: readonly ZipEntry[],
  unpack: Unpack,
  { notes, nested }: Parameters<Inspector>[1],
): Promise<ReadonlySet<ZipEntry>> {
  let [scripts, pictures] = [0, 0]
  for (const entry of entries) {
    const { name, size } = entry
    const text = async (): Promise<string> => xmlPart((await unpack(entry)) ?? Buffer.alloc(0), MARKS, notes)
    if (name === 'META-INF/manifest.xml') inspectManifest(await text(), notes)
    else if (/^(?:Basic|Scripts)\/.*[^/]$/i.test(name) && !/(?:script|dialog)-l[bc]\.xml$/i.test(name)) {
      if (scripts === MAX_SCRIPTS) notes.beyond('it has more macros than are read')
      if (scripts < MAX_SCRIPTS) inspectMacro(name, await text(), notes)
      scripts += 1
    } else if (/^(?:Object \d+\/)?(?:content|styles)\.xml$/i.test(name)) await inspectContent(await text(), notes)
    else if (
      /^(?:Object \d+|ObjectReplacements)(?:\/[^/]*)?$/i.test(name) &&
      !name.endsWith('/') &&
      !name.endsWith('.xml')
    ) {
      const object = await unpack(entry)
      if (object) await nested(name, object)
    } else if (/^Pictures\/.*\.(?:png|jpe?g|gif)$/i.test(name) && pictures < MAX_PICTURES) {
      if (size > MAX_PICTURE || size < MIN_PICTURE) continue
      pictures += 1
      const bytes = await unpack(entry)
      const format =
        /\.(png|gif)$/i.exec(name)?.[1]?.toLowerCase() === 'png' ? 'png' : /gif$/i.test(name) ? 'gif' : 'jpeg'
      if (bytes) notes.picture({ format, bytes: Buffer.from(bytes) })
    }
  }
  return new Set(entries.filter(({ name }) => DOCUMENT_PARTS.test(name)))
}

/** What is encrypted stands in the list of files. */
function inspectManifest(xml: string, notes: Notes): void {
  const [encrypted] = xmlTags(xml, new Set(['encryption-data']))
  if (encrypted) notes.trait('encrypted', 'the document has a password')
}

/** A module of Basic, or a script of another language. */
function inspectMacro(name: string, text: string, notes: Notes): void {
  notes.trait('macro', `it holds macros: ${name}`)
  if (text.length > MAX_SCRIPT) notes.beyond('a macro is longer than the limit')
  const source = text.slice(0, MAX_SCRIPT)
  const call = DANGEROUS.exec(source)?.[0]
  if (call !== undefined) notes.trait('dangerous-macro', `${name} calls ${call}`)
}

const DANGEROUS =
  /\b(?:Shell|SystemShellExecute|CreateUnoService|CreateObject|powershell|mshta|certutil|bitsadmin|subprocess|os\.system|os\.popen|urllib|Runtime|ProcessBuilder|Declare)\b/i

const CONTENT = new Set([
  'a',
  'p',
  'h',
  'span',
  'tab',
  'line-break',
  'event-listener',
  'dde-source',
  'dde-connection-decl',
  'object',
  'object-ole',
  'applet',
  'plugin',
  'floating-frame',
  'section-source',
  'table-source',
  'cell-range-source',
  'image',
  'form',
])
/** Elements whose target is fetched when the document opens. */
const FETCHED: ReadonlySet<string> = new Set([
  'object',
  'object-ole',
  'applet',
  'plugin',
  'floating-frame',
  'section-source',
  'table-source',
  'cell-range-source',
])

/** What stands in everything that runs or is fetched. */
const MARKS = ['event-listener', 'dde-', ...[...FETCHED].flatMap(name => [`:${name}`, `<${name}`])]

/** The content or the styles: paragraphs, links, events and sources of data. */
async function inspectContent(xml: string, notes: Notes): Promise<void> {
  let text = ''
  let tags = 0
  let link: { readonly url: string; shown: string } | undefined
  for (const { name, closing, attributes, end } of xmlTags(xml, CONTENT)) {
    tags += 1
    if (tags % TAGS_AT_ONCE === 0) await setImmediate()
    if (closing) {
      if (name === 'a' && link) {
        notes.link(link.url, { shown: link.shown })
        link = undefined
      }
      if (name === 'p' || name === 'h') text += '\n'
    }
    const href = closing ? undefined : xmlAttribute(attributes, 'href')
    if (name === 'a' && href !== undefined) link = { url: href, shown: '' }
    else if (name === 'form' && href !== undefined) notes.link(href, { kind: 'form' })
    else if (!closing) inspectElement(name, attributes, href, notes)
    if (!TEXTUAL.has(name) || text.length >= MAX_TEXT) continue
    const piece = xmlContent(xml, end)
    text += piece
    if (link && link.shown.length < 256) link.shown += piece
  }
  if (text.trim() !== '') notes.text(text.slice(0, MAX_TEXT))
}

const TEXTUAL: ReadonlySet<string> = new Set(['a', 'p', 'h', 'span', 'tab', 'line-break'])

function inspectElement(name: string, attributes: string, href: string | undefined, notes: Notes): void {
  const value = (key: string): string => xmlAttribute(attributes, key) ?? ''
  if (name === 'event-listener') inspectEvent(value('event-name'), href ?? value('macro-name'), notes)
  else if (name === 'dde-source' || name === 'dde-connection-decl') {
    const [service, topic] = [value('dde-application'), `${value('dde-topic')} ${value('dde-item')}`]
    if (startsProgram(service, topic))
      notes.trait('dde', `it starts a program by DDE: ${`${service} ${topic}`.slice(0, 80)}`)
  } else if (href !== undefined && (FETCHED.has(name) ? isRemote(href) : isServerPath(href)) && !isOfficeCloud(href)) {
    notes.trait('external-template', `opening it fetches ${href.slice(0, 120)} (${name})`)
    notes.link(href, { kind: 'open' })
  }
}

/** A picture of a server of files makes Windows sign in there; one of the Web is an ordinary picture. */
const isServerPath = (href: string): boolean => !/^https?:/i.test(href) && isRemote(href)

/** Scripts of the program itself run as well as those of the document, with arguments of the author's choice. */
function inspectEvent(event: string, target: string, notes: Notes): void {
  if (target === '') return
  notes.trait('macro', `an event calls ${target.slice(0, 120)}`)
  if (
    /(?:^|:)(?:on-?(?:load|open|new|focus|mouse-?over)|load|open|focus|mouseover|view-created|load-finished|start-app)/i.test(
      event,
    )
  )
    notes.trait('auto-run', `a macro runs by itself: ${event.slice(0, 40)}`)
  if (/\.\.[\\/]|tempfilepager/i.test(target))
    notes.trait('dangerous-macro', `an event calls a script elsewhere on the disk: ${target.slice(0, 120)}`)
}
