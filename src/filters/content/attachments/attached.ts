/** What the rules about attachments look at, and how they name what they have found. */
import type { Archives, InspectedFile } from '../../../facts/archives.ts'
import type { Part } from '../../../mime/part.ts'
import { quote, shown } from '../../rules/quote.ts'
import type { MessageView } from '../../rules/view.ts'

export interface Attached extends MessageView {
  readonly files: readonly InspectedFile[]
  readonly all: Archives['all']
  /** The parts that are files: they have a name, or are said to be attached. */
  readonly named: readonly Part[]
}

export function first(
  files: readonly InspectedFile[],
  is: (file: InspectedFile) => boolean,
  what: string,
): string | undefined {
  const file = files.find(is)
  return file && `${quote(file.names.filter(name => name !== '').join(' > ') || file.format)} ${what}`
}

export const trait =
  (traits: readonly InspectedFile['traits'][number][], also: (file: InspectedFile) => boolean = () => true) =>
  ({ files }: Attached): string | undefined => {
    for (const file of files) {
      const index = file.traits.findIndex(trait => traits.includes(trait))
      if (index >= 0 && also(file))
        return `${quote(file.names.filter(name => name !== '').join(' > ') || file.format)}: ${shown(file.evidence[index] ?? '', 160)}`
    }
    return undefined
  }
