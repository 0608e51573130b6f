/** Objects to attached files: programs and what starts them, names that lie, what is locked, and documents that act. */

import { archives, type InspectedFile } from '../../../facts/archives.ts'
import { extensionOf } from '../../../mime/names.ts'
import type { NameTrick, Part } from '../../../mime/part.ts'
import type { Filter } from '../../../model/filter.ts'
import { check, list } from '../../../model/options.ts'
import type { Message } from '../../../model/stage.ts'
import { quote } from '../../rules/quote.ts'
import { checkedRules, type RuleOptions, type RuleSet } from '../../rules/rule.ts'
import { messageView } from '../../rules/view.ts'
import { contentFilter } from '../content-filter.ts'
import { type Attached, first, trait } from './attached.ts'
import { documents } from './documents.ts'
import { encrypted } from './encrypted.ts'
import { RUNS, words } from './extensions.ts'

export interface AttachmentsOptions extends RuleOptions<AttachmentsRule> {
  /**
   * Endings (`exe`) or types by content (`application/pdf`) that are unwelcome here, inside of archives too. What they lead to
   * is said by `points: { 'attachments/unwelcome': … }`. @default []
   */
  readonly unwelcome?: readonly string[]
  /** Endings and types that no rule objects to by name or type: what is inside of them is still looked at. @default [] */
  readonly welcome?: readonly string[]
}

export type AttachmentsRule = keyof ReturnType<typeof attachmentRules>['rules']

/**
 * Looks at every name that a part could have and at what its bytes are, in each reading of the message, three archives deep.
 *
 * @example
 * attachments({ unwelcome: ['xlsm', 'application/vnd.rar'], points: { 'attachments/program': 'reject' } })
 * @throws PosternError when an option names no rule, a consequence makes no sense, or an entry is neither ending nor type
 */
export function attachments(options: AttachmentsOptions = {}): Filter {
  const others = {
    unwelcome: list(endingOrType, 'endings and types'),
    welcome: list(endingOrType, 'endings and types'),
  }
  const { unwelcome = [], welcome = [], ...rest } = checkedRules(attachmentRules(), options, others)
  return contentFilter(attachmentRules({ unwelcome, welcome }), rest)
}

const endingOrType = check<string>(
  'an ending such as exe, or a type such as application/pdf; write it in small letters and without a dot in front',
  found => typeof found === 'string' && /^[a-z0-9]{1,20}$|^[\w.+-]{1,100}\/[\w.+-]{1,100}$/.test(found),
)

/** @internal */
export const attachmentRules = (
  { unwelcome, welcome }: { unwelcome: readonly string[]; welcome: readonly string[] } = { unwelcome: [], welcome: [] },
) => {
  const [bad, good] = [new Set(unwelcome), new Set(welcome)]
  const isGood = (name: string): boolean => good.has(extensionOf(name))
  return {
    name: 'attachments',
    about: 'What is attached, by its bytes and by every name it could have.',
    caps: { danger: 10, name: 6, locked: 5, document: 8, page: 8, policy: 15 },
    view: async (message: Message): Promise<Attached> => {
      const seen = await message.ask(messageView)
      const named = seen.parts.all.filter(
        ({ filenames, disposition }) => filenames.length > 0 || disposition === 'attachment',
      )
      const { all, files } = await message.ask(archives)
      return { ...seen, files, all, named }
    },
    rules: {
      'attachments/unwelcome': {
        group: 'policy',
        fires: 'A file has an ending or a type that the operator does not want.',
        points: 6,
        find: ({ named, files }) => {
          if (bad.size === 0) return undefined
          const part = named.find(({ filenames, detected, contentType }) =>
            [...filenames.map(extensionOf), detected ?? contentType].some(kind => bad.has(kind)),
          )
          const inner = files.find(({ names }) => bad.has(extensionOf(names.at(-1) ?? '')))
          const name = part?.filenames[0] ?? part?.contentType ?? inner?.names.join(' > ')
          return name !== undefined && `a file is of a kind that is not welcome here: ${quote(name)}`
        },
      },
      'attachments/program': {
        group: 'danger',
        fires: 'A file, attached or in an archive, is a program by its bytes.',
        points: 8,
        find: ({ files }) => first(files, file => PROGRAMS.has(file.format) && !isGood(last(file)), 'is a program'),
      },
      'attachments/auto-executable': {
        group: 'danger',
        fires:
          'A file, attached or in an archive, is a script or a shortcut of the kind that Windows runs when it is opened.',
        points: 7,
        find: ({ files, named }) => {
          const runs = (name: string) => RUNS.has(extensionOf(name)) && !isGood(name)
          const file = files.find(
            ({ names, format }) => format === 'lnk' || format === 'chm' || runs(names.at(-1) ?? ''),
          )
          if (file) return `${quote(file.names.join(' > '))} is run when it is opened`
          const part = named.find(({ filenames }) => filenames.some(runs))
          if (part) return `${quote(part.filenames.find(runs) ?? '')} is run when it is opened`
          const member = files.flatMap(({ members }) => members).find(({ name }) => runs(name))
          return member && `${quote(member.name)} in an archive is run when it is opened`
        },
      },
      'attachments/disk-image': {
        group: 'danger',
        fires: 'A file is an image of a disk, whose content carries no mark of where it came from.',
        points: 5,
        find: ({ files }) =>
          first(files, file => IMAGES.has(file.format) && !isGood(last(file)), 'is an image of a disk'),
      },
      'attachments/onenote': {
        group: 'danger',
        fires: 'A OneNote notebook has files in it.',
        points: 6,
        find: ({ files }) =>
          first(
            files,
            ({ format, traits }) => format === 'onenote' && traits.includes('embedded-file'),
            'is a notebook with files in it',
          ),
      },
      'attachments/bomb': {
        group: 'danger',
        fires: 'An archive would swell beyond measure, or its entries overlap, or its directory lies.',
        points: 6,
        find: trait(['bomb', 'overlapping', 'lying-directory']),
      },
      'attachments/polyglot': {
        group: 'danger',
        fires: 'A file is valid as two formats at once.',
        points: 3,
        find: trait(['polyglot']),
      },
      'attachments/double-extension': {
        group: 'name',
        fires: 'A name has the ending of a document before that of a program.',
        points: 5,
        find: ({ named, files }) => {
          const names = [
            ...named.flatMap(({ filenames }) => filenames),
            ...files.flatMap(({ members }) => members.map(({ name }) => name)),
          ]
          const name = names.find(
            name => DOUBLE.test(name.slice(-120)) && RUNS_OR_PROGRAM.has(extensionOf(name.trimEnd())),
          )
          return name !== undefined && `${quote(name)} has two endings, of which the last counts`
        },
      },
      'attachments/name-tricks': {
        group: 'name',
        fires: 'A name has characters that hide its ending: direction, NUL, invisible ones, many blanks.',
        points: 4,
        find: ({ named }) => {
          for (const { names } of named) {
            const name = names.find(({ tricks }) => tricks.some(trick => TRICKS.has(trick)))
            if (name) return `the name ${quote(name.text)} hides its ending (${name.tricks.join(', ')})`
          }
          return undefined
        },
      },
      'attachments/type-mismatch': {
        group: 'name',
        fires:
          'What is declared as a picture, a text or a document, or is named so, is a program, an archive or a page by its bytes.',
        points: 3,
        find: ({ named }) => {
          const part = named.find(isLie)
          return part && `${quote(part.filenames[0] ?? part.contentType)} is ${part.detected ?? ''} by its bytes`
        },
      },
      ...encrypted,
      ...documents,
      'attachments/page': {
        group: 'page',
        fires: 'A page of HTML is attached.',
        points: 1.5,
        find: ({ files }) =>
          first(
            files,
            file => file.format === 'html' && file.names.length === 1 && !isGood(last(file)),
            'is a page of HTML',
          ),
      },
    },
  } satisfies RuleSet<Attached>
}

const PROGRAMS = words('pe elf mach-o java-class dex')
const IMAGES = words('iso9660 vhd vhdx dmg')
const RUNS_OR_PROGRAM = words(`${[...RUNS].join(' ')} iso img vhd html htm shtml svg zip rar 7z one`)
const TRICKS: ReadonlySet<NameTrick> = new Set(['nul', 'bidi', 'invisible', 'padding', 'control'])
const DOUBLE = /\.(?:pdf|docx?|xlsx?|pptx?|txt|rtf|jpe?g|png|gif|csv|mp[34]|tiff?)[\s_.-]{0,60}\.[a-z0-9-]{2,20}$/i
const DISGUISED =
  /portable-executable|x-elf|mach-binary|java|text\/x-script|application\/hta|x-mswinurl|shortcut|htmlhelp|onenote/
const ARCHIVED = /^application\/(?:zip|vnd\.rar|x-7z-compressed|vnd\.ms-cab-compressed|x-iso9660-image)$/

/** A picture, a text or a PDF that is none. Documents are archives by nature. */
function isLie({ contentType, detected, filenames }: Part): boolean {
  if (detected === undefined) return false
  const said = [contentType, ...filenames.map(extensionOf)]
  const harmless = said.some(kind =>
    /^(?:image\/(?!svg)|audio\/|video\/|text\/plain|application\/pdf$)|^(?:pdf|jpe?g|png|gif|txt|docx?|xlsx?)$/.test(
      kind,
    ),
  )
  const plain = said.some(kind => /^(?:image\/(?!svg)|application\/pdf$)|^(?:pdf|jpe?g|png|gif)$/.test(kind))
  return harmless && (DISGUISED.test(detected) || (plain && (ARCHIVED.test(detected) || detected === 'text/html')))
}

const last = ({ names }: InspectedFile): string => names.at(-1) ?? ''
