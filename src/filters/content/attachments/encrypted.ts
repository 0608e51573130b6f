/** Files that nobody can look into. */
import type { Rule } from '../../rules/rule.ts'
import { type Attached, first, trait } from './attached.ts'

export const encrypted = {
  'attachments/encrypted': {
    group: 'locked',
    fires: 'An archive or a document cannot be read without a password.',
    points: 1.5,
    find: trait(['encrypted'], ({ format }) => format !== 'pdf'),
  },
  'attachments/encrypted-with-password': {
    group: 'locked',
    fires: 'The same, and the text tells the password.',
    points: 3,
    find: ({ files, words }) =>
      files.some(({ traits }) => traits.includes('encrypted')) &&
      /\b(?:password|passcode|pass ?word|pwd|pass|kennwort|passwort|mot de passe|contrasena|senha)\b[^\n]{0,20}[:=]? ?\S/.test(
        words.slice(0, 10_000),
      ) &&
      'a file is locked and the text tells the password',
  },
  'attachments/unscannable': {
    group: 'locked',
    fires: 'A file is damaged or beyond a bound: not all of it was seen.',
    points: 0.8,
    find: trait(['unscannable']),
  },
  'attachments/rare-archive': {
    group: 'locked',
    fires: 'An archive is of a kind that hardly anybody sends (ACE, LHA, CAB, ARJ).',
    points: 3,
    find: ({ files }) =>
      first(
        files,
        ({ format }) => format === 'ace' || format === 'lha' || format === 'cab',
        'is an archive of a rare kind',
      ),
  },
} satisfies Readonly<Record<string, Rule<Attached>>>
