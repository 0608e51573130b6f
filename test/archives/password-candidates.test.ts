/** What may be a password: beside words for it in any language, in quotes, alone on a line, in names of files. */
import { expect, test } from 'vitest'
import { MAX_CANDIDATES, passwordCandidates } from '../../src/archives/passwords/candidates.ts'
import { PASSWORD_WORDS } from '../../src/archives/passwords/words.ts'
import { cpuOf, growth } from '../support/cpu.ts'
import { dice, runs } from '../support/random.ts'

const find = (text: string, more: { readonly subject?: string; readonly names?: readonly string[] } = {}) => {
  const { candidates, given } = passwordCandidates({ text, subject: '', names: [], ...more })
  return { passwords: candidates.map(({ password }) => password), given }
}

test('the table has words of more than forty languages', () => {
  expect(Object.keys(PASSWORD_WORDS).length).toBeGreaterThan(60)
})

test.for(
  Object.entries(PASSWORD_WORDS).flatMap(([language, words]) =>
    words.split(', ').map(word => [language, word] as const),
  ),
)('%s: a password after “%s” is among the first candidates', ([, word]) => {
  for (const text of [`Abc.\n${word}: Kx7721\n\nDana`, `Abc. ${word.toUpperCase()} = Kx7721.`]) {
    const { passwords, given } = find(text)
    expect(passwords.slice(0, 3)).toContain('Kx7721')
    expect(given).toBe('text')
  }
})

test.for<readonly [what: string, text: string, password: string]>([
  ['full-width digits', 'パスワード：７７２１', '7721'],
  ['half-width katakana', 'ﾊﾟｽﾜｰﾄﾞ:7721', '7721'],
  ['no blanks', '解压密码是7721。请查收', '7721'],
  ['brackets of another script', 'パスワードは「Abc7721」です。', 'Abc7721'],
  ['a particle after it', '비밀번호는 7721입니다', '7721'],
  ['digits of another script', 'كلمة المرور هي ٧٧٢١ للملف', '7721'],
  ['from right to left, with marks of direction', '\u200fסיסמה\u200f: \u200e7721\u200e', '7721'],
  ['an invisible letter in the word', 'Pass\u200bword: 7721', '7721'],
  ['letters in two parts', 'Mot de passe du contrat\u0327: 7721', '7721'],
  ['a compound', 'Das Archivpasswort lautet Sommer2024!', 'Sommer2024!'],
  ['an inflected word', 'Salasanalla 7721 aukeaa', '7721'],
  ['a password before the word', 'Use 7721 as the password', '7721'],
  ['a line of its own', 'Password:\n\n7721\n\nRegards', '7721'],
  ['a broken line', 'The password for the attached\narchive is 7721.', '7721'],
  ['a sentence in quotes', 'The password is "open sesame".', 'open sesame'],
  ['several words', 'Password: red blue horse', 'red blue horse'],
  ['a small word', 'Kennwort: geheim\nGruß', 'geheim'],
  ['a full stop that belongs to it', 'Passwort: geheim.\n', 'geheim.'],
  ['letters of another script', 'Пароль: ромашка', 'ромашка'],
  ['no word at all', 'Hello\n\nXk29!ab\n\nBye', 'Xk29!ab'],
  ['a weak word', 'Code: 7721', '7721'],
])('%s: the password is a candidate', ([, text, password]) => {
  expect(find(text).passwords).toContain(password)
})

test('a password is found in the subject and in the name of a file', () => {
  expect(find('see attached', { subject: 'Offer (password 7721)' })).toMatchObject({ given: 'subject' })
  for (const name of ['documents_pass-7721.zip', 'pw=7721.rar', 'Kennwort 7721.7z', 'offer 7721.zip'])
    expect(find('see attached', { names: [name] }).passwords).toContain('7721')
  expect(find('see attached', { names: ['documents_pass-7721.zip'] }).given).toBe('file name')
})

test.for([
  'The password is your date of birth (DDMMYYYY).',
  'The password will follow in a separate e-mail.',
  'Das Passwort erhalten Sie telefonisch.',
  'You know the password.',
  'Postal code: 8004 Zürich',
  'Your passenger list of 2026 is attached.',
  'Please change your password. Meeting at 10:30 on 01.02.2026.',
])('no password is given: %s', text => {
  expect(find(text).given).toBeUndefined()
})

test('at most twenty candidates, each once and of a bounded length', () => {
  const { passwords } = find(
    Array.from({ length: 500 }, (_, index) => `Password: ${'x'.repeat(index)}${index}`).join('\n'),
  )
  expect(passwords.length).toBe(MAX_CANDIDATES)
  expect(new Set(passwords).size).toBe(passwords.length)
  expect(Math.max(...passwords.map(({ length }) => length))).toBeLessThanOrEqual(64)
})

test('M15 texts that are full of words, quotes and digits take linear time', async () => {
  const units = ['password ', '密码', 'パス「a1', 'pw:', '"a1" ', 'code 7a\n', 'Пароль٧', '\u200bpass ', 'é\u0301']
  for (const unit of units) {
    const text = unit.repeat(Math.ceil(30_000 / unit.length))
    expect(cpuOf(() => find(text), 60)).toBeLessThan(60)
  }
  const look = (length: number) => find('password a1 "b2" '.repeat(length / 17))
  expect(await growth(look, { small: 15_000, large: 60_000, enough: 12, floor: 2.5 })).toBeLessThan(12)
})

test('random texts never throw', () => {
  const pieces = [
    'password',
    '密码',
    ':',
    '"',
    '\n',
    '7721',
    '\ud800',
    '\u202e',
    'ß',
    'İ',
    'ﬃ',
    ' ',
    '٧',
    '𝟟',
    'パス',
    '』',
  ]
  const roll = dice(15)
  for (let run = 0; run < runs(500); run++) {
    const text = Array.from({ length: roll(60) }, () => pieces[roll(pieces.length)]).join('')
    expect(find(text, { subject: text, names: [text] }).passwords.length).toBeLessThanOrEqual(MAX_CANDIDATES)
  }
})

test.for([
  'Use p@ssw0rd: Kx7!q2 for it',
  'The p a s s w o r d : Kx7!q2',
  'The pаsswоrd (Cyrillic letters) is Kx7!q2.',
  'Öffnungswort Kx7!q2',
])('what is unlike a word is tried, whatever stands before it: %s', text => {
  expect(find(text).passwords).toContain('Kx7!q2')
})

test('dates, times, amounts and addresses are not tried for being unlike words', () => {
  const text =
    'On 29.11.2026 at 12:30 we sent 1.200,50 to dana@larch.example, see https://larch.example/a1 and 2026-11-29.'
  expect(find(text).passwords).toEqual([])
})
