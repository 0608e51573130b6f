/** Files that configure a program: what opening them connects to, installs or runs. */
import type { Inspector, Notes } from './inspection.ts'
import { noteAddresses, shareHost, sharesIn, textOf } from './plain-text.ts'

/**
 * Libraries, search connectors and saved searches of Windows (`.library-ms`, `.searchConnector-ms`, `.search-ms`): to
 * show one in a folder connects to the places in it.
 */
export const inspectSearchLocation: Inspector = (bytes, { notes }) => {
  const text = textOf(bytes, notes)
  for (const place of placesIn(text)) {
    const host = shareHost(place) ?? URL.parse(place)?.hostname
    if (host !== undefined && host !== '') notes.trait('external-template', `showing it connects to the host ${host}`)
    notes.link(place)
  }
}

const MAX_PLACES = 100
/** In elements and attributes: `<url>\\host\share</url>`, `path="…"`. Names of schemas are no places. */
const PLACE = /(?:>|path\s{0,4}=\s{0,4}["'])\s{0,40}((?:https?:|file:|\\\\|\/\/|shell:|search-ms:)[^<>"']{1,1024})/gi

function placesIn(text: string): readonly string[] {
  const found = new Set<string>()
  for (const [, place = ''] of text.matchAll(PLACE)) {
    if (!/^https?:\/\/schemas\.microsoft\.com\//i.test(place)) found.add(place.trim().replaceAll('&amp;', '&'))
    if (found.size === MAX_PLACES) break
  }
  return [...found]
}

const RDP_LINE = /^([a-z0-9 ]{1,60}):[isb]:([^\r\n]{0,1024})/gim

/** What a connection to a remote desktop gives that host access to. */
const SHARED: Readonly<Record<string, string>> = {
  drivestoredirect: 'drives',
  redirectclipboard: 'the clipboard',
  redirectsmartcards: 'smart cards',
  redirectwebauthn: 'security keys',
  redirectprinters: 'printers',
  audiocapturemode: 'the microphone',
  camerastoredirect: 'cameras',
}

/** What a host may read or record as soon as it is connected; the others are what the program offers by itself. */
const ACCESS: ReadonlySet<string> = new Set(['drives', 'cameras', 'the microphone'])

/** The hosts through which it goes. */
const HOSTS: ReadonlySet<string> = new Set(['full address', 'alternate full address', 'gatewayhostname'])
const MAX_HOSTS = 10

/** Connections to a remote desktop (`.rdp`). */
export const inspectRdp: Inspector = (bytes, { notes }) => {
  const shared: string[] = []
  const hosts = new Set<string>()
  let host = ''
  for (const [, key = '', value = ''] of textOf(bytes, notes).matchAll(RDP_LINE)) {
    const name = key.toLowerCase()
    const given = value.trim()
    if ((name === 'full address' && host === '') || name === 'alternate full address') host = given
    if (HOSTS.has(name) && /^[\w.:[\]-]{1,253}$/.test(given) && hosts.size < MAX_HOSTS) hosts.add(given)
    const what = SHARED[name]
    if (what !== undefined && given !== '' && given !== '0' && !shared.includes(what)) shared.push(what)
    if ((name === 'alternate shell' || name === 'remoteapplicationprogram') && given !== '')
      notes.trait('script', `it runs “${given.slice(0, 80)}” on that host`)
  }
  const whole = shared.length > 0 ? `, and gives it ${shared.join(', ')}` : ''
  notes.trait('launch', `it connects to the desktop ${host.slice(0, 100)}${whole}`)
  const access = shared.filter(what => ACCESS.has(what))
  if (access.length > 0) notes.trait('device-access', `it gives that host ${access.join(', ')}`)
  for (const one of hosts) notes.link(`rdp://${one}`)
}

/** Consoles of Windows (`.msc`) run what their tasks and pages say. */
export const inspectConsole: Inspector = (bytes, { notes }) => {
  const text = textOf(bytes, notes)
  notes.trait('launch', 'it is a console, which loads components of Windows and runs its tasks')
  const code = /javascript\s{0,8}:|vbscript\s{0,8}:|\bres:\/\/apds\.dll|<script\b|&lt;script\b/i.exec(text)?.[0]
  if (code !== undefined) notes.trait('script', `it holds code: ${code}`)
  if (/\bCommandLine\b|<Task\b[^<>]{0,1024}\bCommand\s{0,4}=/i.test(text))
    notes.trait('executable', 'a task in it starts a program')
  for (const host of sharesIn(text)) notes.trait('external-template', `it loads a file of the host ${host}`)
  noteAddresses(withoutNamespaces(text), notes)
}

/** Project files of Microsoft's build tools run code when they are built. Ordinary ones list files. */
export const inspectBuildFile: Inspector = (bytes, { notes }) => {
  const text = textOf(bytes, notes)
  if (/<UsingTask\b[^<>]{0,1024}\b(?:Roslyn|Xaml)?CodeTaskFactory\b/i.test(text) && /<Code\b/i.test(text))
    notes.trait('script', 'a task in it is code that runs when it is built')
  const command = /<Exec\b[^<>]{0,2048}\bCommand\s{0,4}=\s{0,4}["']([^"']{1,400})/i.exec(text)?.[1]
  if (command !== undefined) notes.trait('launch', `building it starts “${command.slice(0, 80)}”`)
  noteAddresses(withoutNamespaces(text), notes)
}

/** Without the addresses that only name a vocabulary. */
const withoutNamespaces = (text: string): string =>
  text.replace(/\bxmlns(?::\w{1,40})?\s{0,4}=\s{0,4}["'][^"']{0,400}/gi, '')

/** Payloads of a profile that give its author power over the device (Apple, Profile-Specific Payload Keys). */
const PAYLOADS: readonly (readonly [RegExp, string])[] = [
  [/com\.apple\.mdm\b/i, 'control over the device'],
  [/com\.apple\.security\.(?:root|pem|pkcs1)\b/i, 'a certificate authority'],
  [
    /com\.apple\.vpn\.managed|com\.apple\.proxy\.http\.global|com\.apple\.webcontent-filter|com\.apple\.dnsSettings/i,
    'a way for all traffic',
  ],
  [/com\.apple\.webClip\b/i, 'a page on the home screen'],
  [/com\.apple\.(?:mail|eas|exchange|google-oauth|caldav|carddav|subscribedcalendar)\b/i, 'an account'],
  [/com\.apple\.wifi\.managed/i, 'a wireless network'],
]

/** Profiles of Apple devices (`.mobileconfig`): property lists, often signed, which install settings. */
export const inspectProfile: Inspector = (bytes, { notes }) => {
  // A signature (RFC 5652) stands around the same text.
  const start = bytes.indexOf('<?xml')
  const text = textOf(start > 0 ? bytes.subarray(start) : bytes, notes)
  const found = PAYLOADS.flatMap(([type, what]) => (type.test(text) ? [what] : []))
  notes.trait('launch', `it installs settings${found.length > 0 ? `: ${found.join(', ')}` : ''}`)
  noteStrings(text, notes)
}

const MAX_STRINGS = 5000

function noteStrings(text: string, notes: Notes): void {
  let left = MAX_STRINGS
  for (const [, key = '', value = ''] of text.matchAll(
    /<key>([^<]{1,100})<\/key>\s{0,100}<string>([^<]{1,4096})<\/string>/gi,
  )) {
    left -= 1
    if (left < 0) {
      notes.beyond('it has more settings than are read')
      return
    }
    if (/^https?:/i.test(value.trim())) notes.link(value.trim().replaceAll('&amp;', '&'))
    else if (/^Payload(?:DisplayName|Description|Organization)$|^Label$|^ConsentText$/i.test(key)) notes.text(value)
  }
}
