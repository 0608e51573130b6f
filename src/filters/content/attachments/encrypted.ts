/** Rules for files that cannot be examined: encrypted, damaged, or in a rare format. */
import { extensionOf } from '../../../mime/names.ts'
import { quote } from '../../rules/quote.ts'
import type { Rule } from '../../rules/rule.ts'
import { type AttachmentView, firstFile, hasTrait } from './attachment-view.ts'
import { NOTEBOOKS, PAGES } from './extensions.ts'

export const encrypted = {
  'attachments/encrypted': {
    group: 'encrypted',
    fires: 'An archive or a document cannot be read without a password, and no password of the message opens it.',
    points: 1.5,
    find: hasTrait(['encrypted'], ({ format }) => format !== 'pdf'),
  },
  'attachments/encrypted-with-password': {
    group: 'encrypted',
    fires:
      'An archive or a document is encrypted, and the message gives a password. If it opens the file, its content is examined.',
    // Tax advisers and payroll send this.
    points: 1,
    find: view => {
      const opened = hasTrait(['decrypted'])(view)
      if (opened !== undefined) return `a file is encrypted: ${opened}`
      const { files, passwordGiven } = view
      if (passwordGiven === undefined || !files.some(({ traits }) => traits.includes('encrypted'))) return undefined
      return passwordGiven === 'file name'
        ? 'a file is encrypted, and the name of a file gives a password'
        : `a file is encrypted, and the ${passwordGiven} gives a password`
    },
  },
  'attachments/encrypted-page': {
    group: 'encrypted',
    fires: 'An encrypted archive has a web page or a notebook, and the message gives its password.',
    points: 5,
    find: ({ files, members, passwordGiven }) => {
      if (passwordGiven === undefined && !files.some(({ traits }) => traits.includes('decrypted'))) return undefined
      const page = members.find(({ encrypted, forms }) => encrypted && forms.some(isPage))
      return page && `${quote(page.text)} is in an encrypted archive, and the message gives its password`
    },
  },
  'attachments/unscannable': {
    group: 'encrypted',
    fires: 'A file is damaged or exceeds a limit: it was not examined completely.',
    points: 0.8,
    find: hasTrait(['unscannable']),
  },
  'attachments/rare-archive': {
    group: 'encrypted',
    fires: 'An archive has a format that is rare in mail (ACE, LHA, CAB, ARJ).',
    points: 3,
    find: ({ files }) => firstFile(files, ({ format }) => RARE.has(format), 'is an archive in a rare format'),
  },
} satisfies Readonly<Record<string, Rule<AttachmentView>>>

const RARE: ReadonlySet<string> = new Set(['ace', 'lha', 'cab', 'arj'])

const isPage = (name: string): boolean => PAGES.has(extensionOf(name)) || NOTEBOOKS.has(extensionOf(name))
