/** Rules for shortcuts that are text, profiles, and project files: what they start, install and run. */
import type { InspectedFile } from '../../../facts/archives.ts'
import type { Rule } from '../../rules/rule.ts'
import { type AttachmentView, firstFile, hasTrait } from './attachment-view.ts'

export const smallFiles = {
  'attachments/shortcut': {
    group: 'dangerous',
    fires:
      'A shortcut that is text, or an alarm of a calendar, starts a program or opens a file of the reader’s device or of another host.',
    points: 5,
    find: hasTrait(['launch'], ({ format }) => format === 'text-shortcut' || format === 'calendar'),
  },
  'attachments/link-file': {
    group: 'document',
    fires: 'A file is a shortcut to a web page, which people more often send as a link.',
    points: 1,
    find: ({ files }) => firstFile(files, isWebShortcut, 'is a shortcut to a web page'),
  },
  'attachments/device-profile': {
    group: 'document',
    fires: 'A file is a profile that installs settings on Apple devices: an account, a certificate, control over it.',
    points: 1.5,
    find: hasTrait(['launch'], ({ format }) => format === 'mobileconfig'),
  },
  'attachments/build-code': {
    group: 'document',
    fires: 'A project file of Microsoft’s build tools contains code that runs when the project is built.',
    points: 2.5,
    find: hasTrait(['script'], ({ format }) => format === 'msbuild'),
  },
} satisfies Readonly<Record<string, Rule<AttachmentView>>>

/** It opens a web page, asks no other host for an icon, and starts nothing. */
const isWebShortcut = ({ format, traits, names }: InspectedFile): boolean =>
  format === 'text-shortcut' && traits.length === 0 && WEB_SHORTCUT.test(names.at(-1) ?? '')

/** Windows opens these as links, whatever else they say. */
const WEB_SHORTCUT = /\.(?:url|website|webloc)$/i

/** The names under which the message has nothing but shortcuts to web pages. */
export function webShortcuts(files: readonly InspectedFile[]): ReadonlySet<string> {
  const found = new Set<string>()
  for (const file of files) if (isWebShortcut(file)) found.add(file.names.at(-1) ?? '')
  for (const file of files) if (!isWebShortcut(file)) found.delete(file.names.at(-1) ?? '')
  return found
}
