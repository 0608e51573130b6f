/** The names of files inside archives, in every form that a program could use: rules of names examine them all. */
import type { InspectedFile } from '../../../facts/archives.ts'
import { extensionOf, filenames, partName } from '../../../mime/names.ts'
import type { NameTrick } from '../../../mime/part.ts'

/** One member of an archive. */
export interface MemberName {
  /** As the archive names it, without its folders. */
  readonly text: string
  /** The name itself, and each form of it after its tricks are undone. */
  readonly forms: readonly string[]
  /** What makes the name look different from how it works. */
  readonly tricks: readonly NameTrick[]
  readonly encrypted: boolean
  /** Only the name is known: the content is encrypted, or could not be unpacked. */
  readonly unexamined: boolean
}

/** The members of all archives, in the order of the message. Names of folders are left out. */
export const memberNames = (files: readonly InspectedFile[]): readonly MemberName[] =>
  files.flatMap(({ members, traits }) => {
    const closed = traits.includes('unscannable') || traits.includes('encrypted')
    return members.flatMap(({ name, encrypted = false }) => {
      const text = name.slice(name.lastIndexOf('/') + 1)
      if (text === '') return []
      const named = partName('filename', text)
      return { text, forms: filenames([named]), tricks: named.tricks, encrypted, unexamined: encrypted || closed }
    })
  })

/** The first name of these that has an extension of the set in one of its forms. */
export const withExtension = (
  members: readonly MemberName[],
  extensions: { readonly has: (extension: string) => boolean },
): MemberName | undefined => members.find(({ forms }) => forms.some(form => extensions.has(extensionOf(form))))
