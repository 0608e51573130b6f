/** Recognises saved messages and web archives (MHT), which begin with the fields of a message (RFC 5322). */

/** Fields of which two prove a message. Others occur in letters and in lists too. */
const FIELDS: ReadonlySet<string> = new Set(
  `received return-path dkim-signature authentication-results delivered-to message-id mime-version content-type from to
  cc subject date reply-to sender in-reply-to references content-transfer-encoding x-mailer x-mimeole
  x-originating-ip arc-seal x-received thread-index snapshot-content-location content-location`.split(/\s+/),
)
/** Of these one is enough beside another: a note or a form begins with `From:` and `To:` too. */
const TECHNICAL: ReadonlySet<string> = new Set(
  [...FIELDS].filter(name => !/^(?:from|to|cc|subject|date|sender|references)$/.test(name)),
)

/**
 * @param head the first characters of the file
 * @param name it makes a text with fewer fields a message
 */
export function mailFormat(head: string, name: string): 'eml' | 'mht' | undefined {
  const end = /\r?\n[ \t]*\r?\n/.exec(head)?.index ?? head.length
  const section = head.slice(0, end).replace(/^>?From [^\n]{0,256}\n/, '')
  const isNamed = /\.(?:eml|mht|mhtml|mim|mbox|nws)[\s.]*$/i.test(name)
  if (!/^[!-9;-~]{1,80}[ \t]{0,8}:/.test(section)) return isOfficeName(name) ? webArchive(head) : undefined
  const names = new Set(
    [...section.matchAll(/^([\w-]{1,80})[ \t]{0,8}:/gm)].map(([, field = '']) => field.toLowerCase()),
  )
  const known = [...names].filter(field => FIELDS.has(field))
  if (known.length < (isNamed ? 1 : 2) || (!isNamed && !known.some(field => TECHNICAL.has(field)))) return undefined
  const isRelated = /^content-type[ \t]{0,8}:\s{0,8}multipart\/related/im.test(section)
  const isPage =
    names.has('snapshot-content-location') || !['received', 'to', 'message-id'].some(field => names.has(field))
  return /\.mht(?:ml)?[\s.]*$/i.test(name) || isOfficeName(name) || (isRelated && isPage) ? 'mht' : 'eml'
}

/** Word opens a web archive by any of these names, and skips what stands before its fields. */
const isOfficeName = (name: string): boolean => /\.(?:do[ct][mx]?|rtf|xl[st][mx]?|pp[ts][mx]?)[\s.]*$/i.test(name)

const webArchive = (head: string): 'mht' | undefined =>
  /^[ \t]{0,8}mime-version[ \t]{0,8}:/im.test(head) && /^content-type[ \t]{0,8}:\s{0,8}multipart\//im.test(head)
    ? 'mht'
    : undefined
