/** The view of the attachment rules, and how their reasons name a file. */
import type { Inspection } from '../../../archives/inspection.ts'
import type { PasswordPlace } from '../../../archives/passwords/candidates.ts'
import type { Archives, InspectedFile } from '../../../facts/archives.ts'
import type { isFreeHost, isFreeMail, isGateway } from '../../../links/hosting.ts'
import type { Part } from '../../../mime/part.ts'
import { escaped, quote } from '../../rules/quote.ts'
import type { MessageView } from '../../rules/view.ts'
import type { MemberName } from './member-names.ts'

/** Who offers hosting and mail to everybody. */
interface Hosting {
  readonly isFreeHost: typeof isFreeHost
  readonly isFreeMail: typeof isFreeMail
  readonly isGateway: typeof isGateway
}

/** A message with its attached files. */
export interface AttachmentView extends MessageView {
  /** Every file, in archives too. */
  readonly files: readonly InspectedFile[]
  /** Every file that was inspected, with what was found in it. */
  readonly all: Archives['all']
  /** The parts that are files: they have a name, or the disposition `attachment`. */
  readonly named: readonly Part[]
  /** Every member that an archive lists, examined or not. */
  readonly members: readonly MemberName[]
  /** Where a password stands beside a word for it; looked for only where a file is encrypted. */
  readonly passwordGiven: PasswordPlace | undefined
  /** The tables of hosting, which are loaded with the first file; absent where there is none. */
  readonly hosting: Hosting | undefined
}

/** A reason that names the first file of a kind: `“a.exe” is a program`. */
export function firstFile(
  files: readonly InspectedFile[],
  is: (file: InspectedFile) => boolean,
  what: string,
): string | undefined {
  const file = files.find(is)
  return file && `${quote(pathOf(file))} ${what}`
}

/** The names of the archives around a file and its name: `a.zip > b.exe`. */
const pathOf = ({ names, format }: InspectedFile): string => names.filter(name => name !== '').join(' > ') || format

/**
 * Names under which the message has no other file than those that `is` true for. Files for which it is undefined do not
 * count.
 */
export function namesOfOnly(
  all: AttachmentView['all'],
  is: (inspection: Inspection) => boolean | undefined,
): ReadonlySet<string> {
  const [found, others] = [new Set<string>(), new Set<string>()]
  const look = (name: string, inspection: Inspection): void => {
    const answer = is(inspection)
    if (answer !== undefined) (answer ? found : others).add(name)
    for (const one of inspection.inside) look(one.name, one.inspection)
  }
  for (const { name, inspection } of all) look(name, inspection)
  return new Set([...found].filter(name => !others.has(name)))
}

/** Finds a file with one of these traits, with the evidence of the trait. */
export const hasTrait =
  (
    traits: readonly InspectedFile['traits'][number][],
    also: (file: InspectedFile, seen: AttachmentView) => boolean = () => true,
  ) =>
  (seen: AttachmentView): string | undefined => {
    for (const file of seen.files) {
      const index = file.traits.findIndex(trait => traits.includes(trait))
      if (index >= 0 && also(file, seen)) return `${quote(pathOf(file))}: ${escaped(file.evidence[index] ?? '', 160)}`
    }
    return undefined
  }
