/** Rules for names and types that make a file look like another kind of file. */
import { extensionOf } from '../../../mime/names.ts'
import type { NameTrick, Part } from '../../../mime/part.ts'
import { quote } from '../../rules/quote.ts'
import type { Rule } from '../../rules/rule.ts'
import type { AttachmentView } from './attachment-view.ts'
import { AUTO_EXECUTABLE, words } from './extensions.ts'
import type { MemberName } from './member-names.ts'

export const misleading = {
  'attachments/double-extension': {
    group: 'name',
    fires: 'A file name has the extension of a document before that of a program.',
    points: 5,
    find: ({ named, members }) => {
      const names = [named.flatMap(({ filenames }) => filenames), members.flatMap(({ forms }) => forms)].flat()
      const name = names.find(
        name => DOUBLE_EXTENSION.test(name.slice(-120)) && SECOND_EXTENSIONS.has(extensionOf(name.trimEnd())),
      )
      return name !== undefined && `${quote(name)} has two extensions, and the last one is effective`
    },
  },
  'attachments/obfuscated-name': {
    group: 'name',
    fires:
      'A file name has characters that hide its extension: direction marks, NUL, invisible characters, many spaces. In an archive: an override of direction, NUL, many spaces.',
    points: 4,
    find: ({ named, members }) => {
      for (const { names } of named) {
        const name = names.find(({ tricks }) => tricks.some(trick => HIDING_TRICKS.has(trick)))
        if (name) return `the name ${quote(name.text)} hides its extension (${name.tricks.join(', ')})`
      }
      const member = members.find(hidesExtension)
      return member && `the name ${quote(member.text)} in an archive hides its extension (${member.tricks.join(', ')})`
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
} satisfies Readonly<Record<string, Rule<AttachmentView>>>

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

/** Archives keep marks of direction and joiners of honest names; an override turns the extension itself. */
const hidesExtension = ({ text, tricks }: MemberName): boolean =>
  tricks.includes('nul') ||
  (tricks.includes('padding') && SECOND_EXTENSIONS.has(extensionOf(text.trimEnd()))) ||
  (tricks.includes('bidi') && /[\u202d\u202e]/.test(text))
