/** Reports attached files: programs and what starts them, misleading names, encrypted files, and active documents. */

import { archives, type InspectedFile } from '../../../facts/archives.ts'
import { extensionOf } from '../../../mime/names.ts'
import type { NameTrick, Part } from '../../../mime/part.ts'
import type { Filter } from '../../../model/filter.ts'
import { check, list } from '../../../model/options.ts'
import type { Message } from '../../../model/stage.ts'
import { quote } from '../../rules/quote.ts'
import { checkedRules, type Rule, type RuleOptions, type RuleSet } from '../../rules/rule.ts'
import { messageView } from '../../rules/view.ts'
import { contentFilter } from '../content-filter.ts'
import { ATTACHMENTS_POINTS } from '../measured-points.ts'
import { type AttachmentView, firstFile, hasTrait } from './attachment-view.ts'
import { documents } from './documents.ts'
import { encrypted } from './encrypted.ts'
import { AUTO_EXECUTABLE, words } from './extensions.ts'

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
  return contentFilter(attachmentRules({ blocked, allowed }), rest)
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
    caps: { dangerous: 10, name: 6, encrypted: 5, document: 8, html: 8, policy: 15 },
    measured: ATTACHMENTS_POINTS,
    view: viewOf,
    rules: {
      ...blockedRule(new Set(blocked)),
      ...dangerous(isAllowed),
      ...malformed,
      ...misleading,
      ...encrypted,
      ...documents,
      ...htmlPage(isAllowed),
    },
  } satisfies RuleSet<AttachmentView>
}

async function viewOf(message: Message): Promise<AttachmentView> {
  const seen = await message.ask(messageView)
  const named = seen.parts.all.filter(
    ({ filenames, disposition }) => filenames.length > 0 || disposition === 'attachment',
  )
  const { all, files } = await message.ask(archives)
  return { ...seen, files, all, named }
}

type Rules = Readonly<Record<string, Rule<AttachmentView>>>

const blockedRule = (blockedKinds: ReadonlySet<string>) =>
  ({
    'attachments/blocked': {
      group: 'policy',
      fires: 'A file has an extension or a type that the operator has blocked.',
      points: 6,
      certain: true,
      find: ({ named, files }) => {
        if (blockedKinds.size === 0) return undefined
        const part = named.find(({ filenames, detected, contentType }) =>
          [...filenames.map(extensionOf), detected ?? contentType].some(kind => blockedKinds.has(kind)),
        )
        const inner = files.find(({ names }) => blockedKinds.has(extensionOf(names.at(-1) ?? '')))
        const name = part?.filenames[0] ?? part?.contentType ?? inner?.names.join(' > ')
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
      fires: 'A file, attached or in an archive, is a script or a shortcut that Windows runs when the user opens it.',
      points: 7,
      certain: true,
      find: ({ files, named }) => {
        const isAutoExecutable = (name: string) => AUTO_EXECUTABLE.has(extensionOf(name)) && !isAllowed(name)
        const file = files.find(
          ({ names, format }) => format === 'lnk' || format === 'chm' || isAutoExecutable(names.at(-1) ?? ''),
        )
        if (file) return `${quote(file.names.join(' > '))} runs when the user opens it`
        const part = named.find(({ filenames }) => filenames.some(isAutoExecutable))
        if (part) return `${quote(part.filenames.find(isAutoExecutable) ?? '')} runs when the user opens it`
        const member = files.flatMap(({ members }) => members).find(({ name }) => isAutoExecutable(name))
        return member && `${quote(member.name)} in an archive runs when the user opens it`
      },
    },
    'attachments/disk-image': {
      group: 'dangerous',
      fires: 'A file is a disk image: Windows does not mark its content as downloaded (Mark of the Web).',
      points: 5,
      find: ({ files }) =>
        firstFile(files, file => DISK_IMAGES.has(file.format) && !isAllowed(last(file)), 'is a disk image'),
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
  'attachments/polyglot': {
    group: 'dangerous',
    fires: 'A file is valid as two formats at once.',
    points: 3,
    find: hasTrait(['polyglot']),
  },
} satisfies Rules

const misleading = {
  'attachments/double-extension': {
    group: 'name',
    fires: 'A file name has the extension of a document before that of a program.',
    points: 5,
    find: ({ named, files }) => {
      const names = [
        ...named.flatMap(({ filenames }) => filenames),
        ...files.flatMap(({ members }) => members.map(({ name }) => name)),
      ]
      const name = names.find(
        name => DOUBLE_EXTENSION.test(name.slice(-120)) && SECOND_EXTENSIONS.has(extensionOf(name.trimEnd())),
      )
      return name !== undefined && `${quote(name)} has two extensions, and the last one is effective`
    },
  },
  'attachments/obfuscated-name': {
    group: 'name',
    fires:
      'A file name has characters that hide its extension: direction marks, NUL, invisible characters, many spaces.',
    points: 4,
    find: ({ named }) => {
      for (const { names } of named) {
        const name = names.find(({ tricks }) => tricks.some(trick => HIDING_TRICKS.has(trick)))
        if (name) return `the name ${quote(name.text)} hides its extension (${name.tricks.join(', ')})`
      }
      return undefined
    },
  },
  'attachments/type-mismatch': {
    group: 'name',
    fires:
      'A file is declared or named as a picture, a text or a document, and is a program, an archive or an HTML page by its content.',
    points: 3,
    find: ({ named }) => {
      const part = named.find(isMismatch)
      return part && `${quote(part.filenames[0] ?? part.contentType)} is ${part.detected ?? ''} by its content`
    },
  },
} satisfies Rules

const htmlPage = (isAllowed: (name: string) => boolean) =>
  ({
    'attachments/html-page': {
      group: 'html',
      fires: 'An HTML page is attached.',
      points: 1.5,
      find: ({ files }) =>
        firstFile(
          files,
          file => file.format === 'html' && file.names.length === 1 && !isAllowed(last(file)),
          'is an HTML page',
        ),
    },
  }) satisfies Rules

const PROGRAMS = words('pe elf mach-o java-class dex')
const DISK_IMAGES = words('iso9660 vhd vhdx dmg')
const SECOND_EXTENSIONS = words(`${[...AUTO_EXECUTABLE].join(' ')} iso img vhd html htm shtml svg one`)
const HIDING_TRICKS: ReadonlySet<NameTrick> = new Set(['nul', 'bidi', 'invisible', 'padding', 'control'])
const DOUBLE_EXTENSION =
  /\.(?:pdf|docx?|xlsx?|pptx?|txt|rtf|jpe?g|png|gif|csv|mp[34]|tiff?)[\s_.-]{0,60}\.[a-z0-9-]{2,20}$/i
const EXECUTABLE_TYPES =
  /portable-executable|x-elf|mach-binary|java|text\/x-script|application\/hta|x-mswinurl|shortcut|htmlhelp|onenote/
const ARCHIVE_TYPES = /^application\/(?:zip|vnd\.rar|x-7z-compressed|vnd\.ms-cab-compressed|x-iso9660-image)$/

/**
 * The part is declared or named as a picture, a text or a PDF, and has other content. Office documents are archives by
 * design.
 */
function isMismatch({ contentType, detected, filenames }: Part): boolean {
  if (detected === undefined) return false
  const isExecutable = EXECUTABLE_TYPES.test(detected)
  const isOther = ARCHIVE_TYPES.test(detected) || detected === 'text/html'
  if (!isExecutable && !isOther) return false
  const declared = [contentType, ...filenames.map(extensionOf)]
  const harmless = declared.some(kind =>
    /^(?:image\/(?!svg)|audio\/|video\/|text\/plain|application\/pdf$)|^(?:pdf|jpe?g|png|gif|txt|docx?|xlsx?)$/.test(
      kind,
    ),
  )
  if (!harmless || isExecutable) return harmless
  return declared.some(kind => /^(?:image\/(?!svg)|application\/pdf$)|^(?:pdf|jpe?g|png|gif)$/.test(kind))
}

const last = ({ names }: InspectedFile): string => names.at(-1) ?? ''
