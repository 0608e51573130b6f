/** Schemes of links that make the reader's system do more than show a page. */

/**
 * What a scheme does with the reader's system.
 *
 * - `handler`: starts a program that reads the rest of the address: `search-ms:`, `ms-msdt:`
 * - `office`: makes Office open a document from a server: `ms-word:ofe|u|https://…`
 */
export type SchemeUse = 'handler' | 'office'

/** What a scheme is for; undefined for all that open a page, write a mail, call a number or start an ordinary app. */
export function schemeUse(scheme: string): SchemeUse | undefined {
  if (OFFICE.has(scheme)) return 'office'
  if (HANDLERS.has(scheme)) return 'handler'
  return scheme.startsWith('ms-') && !ORDINARY.has(scheme) ? 'handler' : undefined
}

const set = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

/**
 * Handlers of Windows that attacks have used: searches on a server (2023), the diagnostic tool (CVE-2022-30190), help
 * files, archives of pages, remote desktops.
 */
const HANDLERS = set(
  'search-ms search ms-msdt ms-officecmd ms-appinstaller its ms-its mk mhtml hcp shell wscript res jar rdp',
)

/** Microsoft's documentation “Office URI Schemes”. */
const OFFICE = set(
  'ms-word ms-excel ms-powerpoint ms-visio ms-access ms-project ms-publisher ms-infopath ms-spd onenote onenote-cmd',
)

/** Handlers of Windows that notices and instructions link to. */
const ORDINARY = set(`
  ms-settings ms-windows-store ms-outlook ms-people ms-calendar ms-todo ms-teams ms-chat ms-call ms-contact-support
  ms-getoffice ms-photos ms-clock ms-phone ms-store ms-mobileplans ms-availablenetworks ms-wallet ms-help-and-support
`)
