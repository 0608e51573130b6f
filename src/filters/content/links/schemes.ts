/** Rules for links that open something else than a page: programs of the system, files on servers, texts as pages. */

import type { Link } from '../../../facts/links.ts'
import { isInternalName } from '../../../links/internal-names.ts'
import { schemeUse } from '../../../links/schemes.ts'
import { isPrivate } from '../../../net/private.ts'
import { quote } from '../../rules/quote.ts'
import type { Rule } from '../../rules/rule.ts'
import type { MessageView } from '../../rules/view.ts'
import { isOfAuthor } from '../own-links.ts'

export const schemes = {
  'links/system-handler': {
    group: 'schemes',
    fires:
      'A link starts a program of the reader’s system: `search-ms:`, `ms-msdt:`, `ms-officecmd:`, `ms-appinstaller:` and their like.',
    points: 4.5,
    find: seen => {
      const link = opened(seen).find(link => schemeUse(link.scheme) === 'handler' && !isDesktopFile(link))
      return link && `a link starts a program of the system: ${quote(link.url, 60)}`
    },
  },
  'links/office-scheme': {
    group: 'schemes',
    fires:
      'A link makes Office open a document from a server (`ms-word:ofe|u|…`) that is neither the author’s nor SharePoint or OneDrive.',
    points: 2,
    max: 3,
    find: seen => {
      const places = seen.links.all.filter(({ via }) => via !== undefined && OFFICE_VIA.test(via))
      const place = places.find(
        ({ host, domain }) => !STORAGE.test(host) && !isOfAuthor({ ...(domain && { domain }) }, seen),
      )
      return place && `a link makes Office open a document from ${quote(place.host)}`
    },
  },
  'links/remote-file': {
    group: 'schemes',
    fires:
      'A link or a picture is a file on a server of the Internet that is not the author’s (`file:` or `\\\\server\\share`): Windows logs in there.',
    points: 3.5,
    find: seen => {
      const link = seen.links.all.find(link => isRemoteFile(link) && !isOfAuthor(link, seen))
      return link && `a file on the server ${quote(link.host)} is linked`
    },
  },
  'links/file-moniker': {
    group: 'schemes',
    fires:
      'A `file:` link has an exclamation mark behind a name, which opens the file without protection (CVE-2024-21413).',
    points: 5,
    find: ({ links }) => {
      const link = links.all.find(({ scheme, url, from }) => scheme === 'file' && from !== 'text' && MONIKER.test(url))
      return link && `a link to a file has an exclamation mark: ${quote(link.url, 60)}`
    },
  },
} satisfies Readonly<Record<string, Rule<MessageView>>>

/** Links that a reader opens; an address in plain text is no link with these schemes. */
const opened = ({ links }: MessageView): readonly Link[] =>
  links.all.filter(({ from }) => from !== 'text' && from !== 'src' && from !== 'base')

/** The host of an attached `.rdp`: the rules for files judge it. */
const isDesktopFile = ({ scheme, from }: Link): boolean => scheme === 'rdp' && from === 'document'

const OFFICE_VIA = /^(?:ms-(?:word|excel|powerpoint|visio|access|project|publisher|infopath|spd)|onenote(?:-cmd)?):$/
const STORAGE = /(?:^|\.)(?:sharepoint\.(?:com|us|de|cn)|onedrive\.live\.com|1drv\.ms|docs\.live\.net|office\.com)$/

/** On a server with a public name or address. Servers of an internal network have no such name. */
const isRemoteFile = ({ scheme, host, ip, domain }: Link): boolean =>
  scheme === 'file' && (ip === undefined ? domain !== undefined && !isInternalName(host) : !isPrivate(ip))

/** A file name, an exclamation mark, and a name. */
const MONIKER = /\.[a-z0-9]{1,5}!\w/i
