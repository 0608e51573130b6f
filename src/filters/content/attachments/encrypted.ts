/** Rules for files that cannot be examined: encrypted, damaged, or in a rare format. */
import type { Rule } from '../../rules/rule.ts'
import { type AttachmentView, firstFile, hasTrait } from './attachment-view.ts'

export const encrypted = {
  'attachments/encrypted': {
    group: 'encrypted',
    fires: 'An archive or a document cannot be read without a password.',
    points: 1.5,
    find: hasTrait(['encrypted'], ({ format }) => format !== 'pdf'),
  },
  'attachments/encrypted-with-password': {
    group: 'encrypted',
    fires: 'An archive or a document is encrypted, and the text of the message gives a password.',
    points: 3,
    find: ({ files, words }) =>
      files.some(({ traits }) => traits.includes('encrypted')) &&
      /\b(?:password|passcode|pass ?word|pwd|pass|kennwort|passwort|mot de passe|contrasena|senha)\b[^\n]{0,20}[:=]? ?\S/.test(
        words.slice(0, 10_000),
      ) &&
      'a file is encrypted, and the text gives a password',
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
    find: ({ files }) =>
      firstFile(
        files,
        ({ format }) => format === 'ace' || format === 'lha' || format === 'cab',
        'is an archive in a rare format',
      ),
  },
} satisfies Readonly<Record<string, Rule<AttachmentView>>>
