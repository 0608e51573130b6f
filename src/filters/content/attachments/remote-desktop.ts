/** Connections to a remote desktop (`.rdp`) that an administrator sends, apart from those of an attacker. */
import type { Inspection } from '../../../archives/inspection.ts'
import { organisationOf } from '../../../dns/organisation.ts'
import { isInternalName } from '../../../links/internal-names.ts'
import { isPrivate } from '../../../net/private.ts'
import { quote } from '../../rules/quote.ts'
import type { Rule } from '../../rules/rule.ts'
import { type AttachmentView, namesOfOnly } from './attachment-view.ts'

export const remoteDesktop = {
  'attachments/remote-desktop': {
    group: 'document',
    fires:
      'A file connects to a remote desktop of the author’s organisation or of an internal network, and gives it no drives, cameras or microphone.',
    points: 2,
    find: seen => {
      const [name] = ownDesktops(seen)
      return name === undefined ? undefined : `${quote(name)} connects to a remote desktop of the author’s organisation`
    },
  },
} satisfies Readonly<Record<string, Rule<AttachmentView>>>

/** Names under which the message has nothing but such connections. */
export const ownDesktops = (seen: Pick<AttachmentView, 'all' | 'from'>): ReadonlySet<string> =>
  namesOfOnly(seen.all, inspection => isOwnDesktop(inspection, seen))

function isOwnDesktop({ format, traits, links }: Inspection, { from }: Pick<AttachmentView, 'from'>): boolean {
  if (format !== 'rdp' || links.length === 0 || traits.includes('device-access')) return false
  return links.every(({ url }) => {
    const host = hostOf(url)
    return isInside(host) || (from !== undefined && organisationOf(host) === from.organisation)
  })
}

/** Without a port. */
const hostOf = (url: string): string =>
  url
    .slice('rdp://'.length)
    .replace(/:\d{1,5}$/, '')
    .toLowerCase()

/** What no host of the Internet answers to: a name without a dot, of an internal network, or a private address. */
const isInside = (host: string): boolean =>
  isInternalName(host) || (/^[\d.]+$/.test(host) ? isPrivate(host) : /^[a-z][a-z0-9-]*$/.test(host))
