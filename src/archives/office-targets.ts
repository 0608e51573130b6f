/** Where a document takes from what it loads: from the computer and network of its author, or from elsewhere. */

/** Whether a document that names this target fetches it over a network from a stranger. */
export const isRemote = (target: string): boolean => {
  const plain = decoded(target)
  return ABSOLUTE.test(plain) && !isLocal(plain)
}

/** A URL with a scheme of two letters and more, or a path that begins with the name of a server. */
const ABSOLUTE = /^[a-z][a-z\d+.-]{1,31}:|^[\\/]{2}/i

/**
 * The library of an organisation in Microsoft's cloud, which asks for a sign-in: a template or a workbook there is the
 * author's own.
 */
export const isOfficeCloud = (target: string): boolean =>
  /^https:\/\/(?:[a-z\d-]{1,63}\.sharepoint\.com|d\.docs\.live\.net)\//i.test(target)

/**
 * Whether the target is on a disk of the computer that wrote the document, or on a server of its network: its name has
 * no dot, or ends in a domain that is reserved for private networks. None can be fetched here.
 */
function isLocal(target: string): boolean {
  if (/^(?:file:\/{2,3})?(?:localhost\/)?[a-z]:[\\/]/i.test(target)) return true
  // A path without a server: three slashes, and a fourth would begin the name of one.
  if (/^file:\/\/\/(?![\\/])/i.test(target)) return true
  const server = /^(?:file:)?(?:\/{2}|\/{4,5}|\/{0,3}\\\\)([^\\/]{1,255})[\\/]/i.exec(target)?.[1]
  return server !== undefined && isPrivateHost(server)
}

/** Numbers alone are an address: `\\3232235777\share`. With `@` Windows opens the server over the Web. */
const isPrivateHost = (host: string): boolean =>
  (/^[\w-]{1,63}$/.test(host) && !/^(?:\d+|0x[\da-f]+)$/i.test(host)) ||
  /^(?:10|192\.168|172\.(?:1[6-9]|2\d|3[01]))(?:\.\d{1,3}){2,3}$/.test(host) ||
  /^[\w.-]{1,240}\.(?:local|lan|internal|intranet|intra|corp|localdomain)$/i.test(host)

/** Undoes percent-encoding, where it is valid. */
function decoded(target: string): string {
  const trimmed = target.trim()
  try {
    return trimmed.includes('%') ? decodeURIComponent(trimmed) : trimmed
  } catch {
    return trimmed
  }
}
