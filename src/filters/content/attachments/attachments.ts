/** Reports attached files: programs and what starts them, misleading names, encrypted files, and active documents. */

import { archives, type InspectedFile } from '../../../facts/archives.ts'
import { passwords } from '../../../facts/passwords.ts'
import { extensionOf } from '../../../mime/names.ts'
import type { Filter } from '../../../model/filter.ts'
import { lazy, lazyModule } from '../../../model/lazy.ts'
import { check, list } from '../../../model/options.ts'
import type { Notice } from '../../../model/services.ts'
import type { Message } from '../../../model/stage.ts'
import { quote } from '../../rules/quote.ts'
import { checkedRules, type Rule, type RuleOptions, type RuleSet } from '../../rules/rule.ts'
import { messageView } from '../../rules/view.ts'
import { contentFilter } from '../content-filter.ts'
import { ATTACHMENTS_POINTS } from '../measured-points.ts'
import { type AttachmentView, firstFile, hasTrait } from './attachment-view.ts'
import { documents } from './documents.ts'
import { encrypted } from './encrypted.ts'
import { DISK_IMAGES, isAutoExecutable, PAGES, UNDELIVERED, words } from './extensions.ts'
import { memberNames, withExtension } from './member-names.ts'
import { misleading } from './misleading.ts'
import { pages } from './pages.ts'
import { ownDesktops, remoteDesktop } from './remote-desktop.ts'
import { smallFiles, webShortcuts } from './small-files.ts'
import { baseOf, sourceCode, sourceScripts } from './source-code.ts'

/** Options of {@link attachments}. */
export interface AttachmentsOptions extends RuleOptions<AttachmentsRule> {
  /**
   * Extensions (`exe`) or detected types (`application/pdf`) that are blocked, inside archives too. What they lead to
   * is set by `points: { 'attachments/blocked': … }`. @default []
   */
  readonly blocked?: readonly string[]
  /** Extensions and types that no rule reports by name or type. Their content is still examined. @default [] */
  readonly allowed?: readonly string[]
}

/** The rules of {@link attachments}. */
export type AttachmentsRule = keyof ReturnType<typeof attachmentRules>['rules']

/**
 * Examines every name that a mail program could show for a part, and its content: in each reading of the message, and
 * in archives up to three levels deep.
 *
 * @example
 * attachments({ blocked: ['xlsm', 'application/vnd.rar'], points: { 'attachments/program': 'reject' } })
 * @throws PosternError when an option names no rule, a consequence makes no sense, or an entry is neither an extension
 * nor a type
 */
export function attachments(options: AttachmentsOptions = {}): Filter {
  const others = {
    blocked: list(extensionOrType, 'extensions and types'),
    allowed: list(extensionOrType, 'extensions and types'),
  }
  const { blocked = [], allowed = [], ...rest } = checkedRules(attachmentRules(), options, others)
  return {
    ...contentFilter(attachmentRules({ blocked, allowed }), rest),
    start: async ({ notify }) => {
      const { isInstalled } = await import('../../../archives/unpack/installed.ts')
      if (!isInstalled()) notify(ABSENT)
    },
  }
}

const ABSENT: Notice = {
  code: 'attachments/unpack-absent',
  reason:
    'the content of 7z, RAR and other archives is not examined, because 7z-wasm is not installed; install it with npm',
  level: 'warning',
}

const extensionOrType = check<string>(
  'an extension such as exe, or a type such as application/pdf; write it in lower case and without a leading dot',
  found => typeof found === 'string' && /^[a-z0-9]{1,20}$|^[\w.+-]{1,100}\/[\w.+-]{1,100}$/.test(found),
)

/** Extensions and types. */
interface FileKinds {
  readonly blocked: readonly string[]
  readonly allowed: readonly string[]
}

/** @internal */
export const attachmentRules = ({ blocked, allowed }: FileKinds = { blocked: [], allowed: [] }) => {
  const allowedKinds = new Set(allowed)
  const isAllowed = (name: string): boolean => allowedKinds.has(extensionOf(name))
  return {
    name: 'attachments',
    about: 'Attached files, by their content and by every name that a mail program could show.',
    caps: { dangerous: 10, name: 6, encrypted: 8, document: 8, html: 8, policy: 15 },
    measured: ATTACHMENTS_POINTS,
    view: viewOf,
    rules: {
      ...blockedRule(new Set(blocked)),
      ...dangerous(isAllowed),
      ...malformed,
      ...misleading,
      ...encrypted,
      ...documents,
      ...pages,
      ...smallFiles,
      ...remoteDesktop,
      ...sourceCode,
      ...htmlPage(isAllowed),
    },
  } satisfies RuleSet<AttachmentView>
}

const hosting = lazyModule(() => import('../../../links/hosting.ts'))

async function viewOf(message: Message): Promise<AttachmentView> {
  const seen = await message.ask(messageView)
  const named = seen.parts.all.filter(
    ({ filenames, disposition }) => filenames.length > 0 || disposition === 'attachment',
  )
  const { all, files } = await message.ask(archives)
  const hasSecrets = files.some(({ traits }) => traits.includes('encrypted') || traits.includes('decrypted'))
  return {
    ...seen,
    files,
    all,
    named,
    members: memberNames(files),
    hosting: files.length > 0 ? await hosting() : undefined,
    passwordGiven: hasSecrets ? (await message.ask(passwords)).given : undefined,
  }
}

type Rules = Readonly<Record<string, Rule<AttachmentView>>>

const blockedRule = (blockedKinds: ReadonlySet<string>) =>
  ({
    'attachments/blocked': {
      group: 'policy',
      fires: 'A file has an extension or a type that the operator has blocked.',
      points: 6,
      certain: true,
      find: ({ named, files, members }) => {
        if (blockedKinds.size === 0) return undefined
        const part = named.find(({ filenames, detected, contentType }) =>
          [...filenames.map(extensionOf), detected ?? contentType].some(kind => blockedKinds.has(kind)),
        )
        const inner = files.find(({ names }) => blockedKinds.has(extensionOf(names.at(-1) ?? '')))
        const member = withExtension(members, blockedKinds)
        const name = part?.filenames[0] ?? part?.contentType ?? inner?.names.join(' > ') ?? member?.text
        return name !== undefined && `a file has a blocked extension or type: ${quote(name)}`
      },
    },
  }) satisfies Rules

/** Files that run when the user opens them. */
const dangerous = (isAllowed: (name: string) => boolean) =>
  ({
    'attachments/program': {
      group: 'dangerous',
      fires: 'A file, attached or in an archive, is a program by its content.',
      points: 8,
      certain: true,
      find: ({ files }) =>
        firstFile(files, file => PROGRAMS.has(file.format) && !isAllowed(last(file)), 'is a program'),
    },
    'attachments/auto-executable': {
      group: 'dangerous',
      fires:
        'A file, attached or in an archive, is a script or a shortcut that Windows runs when the user opens it; shortcuts to web pages, scripts in archives of source code and connections to the author’s own remote desktops are not.',
      points: 7,
      certain: true,
      find: seen => {
        const { files, named, members } = seen
        const starts = (name: string) => isAutoExecutable(name) && !isAllowed(name)
        const harmless = lazy(() => new Set([...webShortcuts(files), ...sourceScripts(files), ...ownDesktops(seen)]))
        const runs = (name: string) => starts(name) && !harmless().has(name) && !harmless().has(baseOf(name))
        const file = files.find(({ names, format }) => format === 'lnk' || format === 'chm' || runs(names.at(-1) ?? ''))
        if (file) return `${quote(file.names.join(' > '))} runs when the user opens it`
        const part = named.find(({ filenames }) => filenames.some(runs))
        if (part) return `${quote(part.filenames.find(runs) ?? '')} runs when the user opens it`
        const member = members.find(({ forms }) => forms.some(runs))
        return member && `${quote(member.text)} in an archive runs when the user opens it`
      },
    },
    'attachments/disk-image': {
      group: 'dangerous',
      fires:
        'A file is a disk image, by its content or, in an encrypted archive, by its name: Windows does not mark its content as downloaded (Mark of the Web).',
      points: 5,
      find: ({ files, members }) => {
        const file = firstFile(
          files,
          file => DISK_FORMATS.has(file.format) && !isAllowed(last(file)),
          'is a disk image',
        )
        if (file !== undefined) return file
        const closed = members.filter(({ unexamined, text }) => unexamined && !isAllowed(text))
        const member = withExtension(closed, DISK_IMAGES)
        return member && `${quote(member.text)} in an archive is a disk image by its name`
      },
    },
    'attachments/unsafe-extension': {
      group: 'dangerous',
      fires: 'A file, attached or in an archive, has an extension that Outlook or Gmail does not deliver.',
      points: 1,
      find: ({ named, members }) => {
        const isUnsafe = (name: string) => UNDELIVERED.has(extensionOf(name)) && !isAllowed(name)
        const name =
          named.flatMap(({ filenames }) => filenames).find(isUnsafe) ??
          members.find(({ forms }) => forms.some(isUnsafe))?.text
        if (name === undefined) return undefined
        return `${quote(name)} has an extension that ${UNDELIVERED.get(extensionOf(name)) ?? 'Outlook'} does not deliver`
      },
    },
  }) satisfies Rules

const malformed = {
  'attachments/onenote': {
    group: 'dangerous',
    fires: 'A OneNote notebook has embedded files.',
    points: 6,
    certain: true,
    find: ({ files }) =>
      firstFile(
        files,
        ({ format, traits }) => format === 'onenote' && traits.includes('embedded-file'),
        'is a notebook with embedded files',
      ),
  },
  'attachments/bomb': {
    group: 'dangerous',
    fires: 'An archive is a decompression bomb, its entries overlap, or its directory contradicts its entries.',
    points: 6,
    certain: true,
    find: hasTrait(['bomb', 'overlapping', 'directory-mismatch']),
  },
  'attachments/duplicate-name': {
    group: 'dangerous',
    fires: 'An archive has two entries with one name and different contents.',
    points: 1,
    find: hasTrait(['duplicate-name']),
  },
  'attachments/polyglot': {
    group: 'dangerous',
    fires: 'A file is valid as two formats at once.',
    points: 3,
    find: hasTrait(['polyglot']),
  },
} satisfies Rules

const htmlPage = (isAllowed: (name: string) => boolean) =>
  ({
    'attachments/html-page': {
      group: 'html',
      fires: 'An HTML page is attached, or an encrypted archive has one by its name.',
      points: 1.5,
      find: ({ files, members }) => {
        const page = firstFile(
          files,
          file => file.format === 'html' && file.names.length === 1 && !isAllowed(last(file)),
          'is an HTML page',
        )
        if (page !== undefined) return page
        const member = withExtension(
          members.filter(({ encrypted, text }) => encrypted && !isAllowed(text)),
          PAGES,
        )
        return member && `${quote(member.text)} in an encrypted archive is an HTML page by its name`
      },
    },
  }) satisfies Rules

const PROGRAMS = words('pe elf mach-o java-class dex')
const DISK_FORMATS = words('iso9660 vhd vhdx dmg disk')
const last = ({ names }: InspectedFile): string => names.at(-1) ?? ''
