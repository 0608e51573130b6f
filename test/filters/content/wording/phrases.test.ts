import { expect, test } from 'vitest'
import { booksFor } from '../../../../src/filters/content/wording/books.ts'
import { KINDS, kindLists } from '../../../../src/filters/content/wording/kinds.ts'
import { de } from '../../../../src/filters/content/wording/languages/de.ts'
import { en } from '../../../../src/filters/content/wording/languages/en.ts'
import { book } from '../../../../src/filters/content/wording/lists.ts'
import { Pattern } from '../../../../src/filters/content/wording/pattern.ts'
import { PhraseBook } from '../../../../src/filters/content/wording/phrases.ts'
import { fold } from '../../../../src/links/fold.ts'
import { plain } from '../../../../src/links/plain.ts'
import { wordsOf } from '../../../../src/links/words.ts'
import { growth } from '../../../support/cpu.ts'
import { fc, runs } from '../../../support/property.ts'

test('phrases are found as whole words, in order, once each, and in scripts without blanks', () => {
  const book = new PhraseBook({ one: 'act now, now, us$*\n本人確認', two: 'ten' })
  const found = book.read(wordsOf('knowing: act now! act now, tension, us$5, ご本人確認ください'))
  expect(found.of('one')).toEqual(['act now', 'now', 'us$', '本人確認'])
  expect(found.of('one', 15)).toEqual(['act now', 'now'])
  expect(found.of('two')).toEqual([])
})

test('a word with an open end is found in all its forms, also as the first or the only word', () => {
  const book = new PhraseBook({ one: 'masturbat*, kont* zablokowan*, verify your acc*' })
  const found = (text: string) => book.read(wordsOf(text)).of('one')
  expect(found('masturbate, masturbating')).toEqual(['masturbat'])
  expect(found('masturbat')).toEqual(['masturbat'])
  expect(found('Twoje konto zablokowane! Konta zablokowano.')).toEqual(['kont zablokowan'])
  expect(found('verify your accounts')).toEqual(['verify your acc'])
  expect(found('mastur bates; kont; a zablokowane konto')).toEqual([])
  expect(() => new PhraseBook({ one: 'ab*' })).toThrow('“ab*” needs 3 letters before its first *')
})

test('a gap spans four words of one sentence, and not the end of it', () => {
  const book = new PhraseBook({ one: 'account ~ suspended, 账户 ~ 冻结, konto ~ gesperr*' })
  const found = (text: string) => book.read(wordsOf(text)).of('one')
  expect(found('Your account has now been temporarily suspended')).toEqual(['account … suspended'])
  expect(found('account suspended')).toEqual(['account … suspended'])
  expect(found('account a b c d e suspended')).toEqual([])
  expect(found('Thank you for your account. It was suspended once.')).toEqual([])
  expect(found('Your account no. 12 was suspended')).toEqual(['account … suspended'])
  expect(found('Account 4.711 was suspended')).toEqual(['account … suspended'])
  expect(found('您的账户已被冻结')).toEqual(['账户 … 冻结'])
  expect(found('您的账户。已冻结')).toEqual([])
  expect(found('Ihr Konto wurde vorübergehend gesperrt.')).toEqual(['konto … gesperr'])
})

test('a phrase may be written with diacritics, and is found in text with disguised letters', () => {
  const book = new PhraseBook({ one: 'hesabınız ~ askıya, учетная запись, कार्ड ~ ब्लॉक, 계정 ~ 정지, บัญชี ~ ถูกระงับ' })
  const found = (text: string) => book.read(wordsOf(text)).of('one')
  expect(found('HESABINIZ askıya alındı')).toEqual(['hesabınız … askıya'])
  expect(found('Ваша учётная запись')).toEqual(['учетная запись'])
  expect(found('आपका कार्ड ब्लॉक कर दिया गया')).toEqual(['कार्ड … ब्लॉक'])
  expect(found('귀하의 계정이 정지되었습니다')).toEqual(['계정 … 정지'])
  expect(found('บัญชีของคุณถูกระงับ')).toEqual(['บัญชี … ถูกระงับ'])
  const english = new PhraseBook({ one: 'account ~ suspended' })
  expect(english.read(wordsOf('Your 𝐚𝐜𝐜𝐨𝐮𝐧𝐭 was sus\u00adpended')).of('one')).toEqual(['account … suspended'])
})

test('a passage needs enough of both lists near each other; what says the same twice counts once', () => {
  const book = new PhraseBook({ claim: 'you won, won a prize, lottery', request: 'claim it, claim it now' })
  const nearby = (text: string, together = 2) =>
    book.read(wordsOf(text)).nearby('claim', 'request', { min: [1, 1], together, span: 100 })
  expect(nearby('You won. Claim it now.')).toEqual(['you won', 'claim it now'])
  expect(nearby('You won a prize. Claim it now.', 3)).toEqual([])
  expect(nearby('You won in the lottery. Claim it.', 3)).toEqual(['you won', 'lottery', 'claim it'])
  expect(nearby(`You won. ${'Nothing else. '.repeat(20)} Claim it.`)).toEqual([])
  expect(nearby('Claim it, claim it now')).toEqual([])
})

test('one phrase does not use up the room of the others', () => {
  const book = new PhraseBook({ one: 'casino, you won' })
  expect(book.read(wordsOf(`${'casino '.repeat(3000)} you won`)).of('one')).toEqual(['casino', 'you won'])
})

test('the time to read a text is linear in its length', async () => {
  const book = new PhraseBook({ one: 'a a a b, aa ab, a ~ b, aaa* ~ b' })
  const read = (length: number): void => {
    const text = 'a aaaa '.repeat(length / 2)
    for (let round = 0; round < 5; round += 1) book.read(wordsOf(text))
  }
  // What grows with the square takes 100 times as long.
  expect(await growth(read, { small: 20_000, large: 200_000, enough: 50 })).toBeLessThan(50)
})

const LIST =
  'act now, now, now or never, us$*, act no*, b, b b, b b b, é a, 40%, free $*, $5, 本人, "a b*, s. 16, don\'t try, nev*, nev* w'
const piece = fc.oneof(
  fc.constantFrom(...LIST.split(', ').map(phrase => phrase.replaceAll('*', ''))),
  fc.constantFrom(
    ...[' ', ' ', ', ', '-', '\n', 'act', 'no', 'w', 'never', '5', 'é', 'ab', '\u200b', '確認', 'x'.repeat(70)],
  ),
)

test('one pass over the words finds what a search for each phrase finds', () => {
  const book = new PhraseBook({ one: LIST, two: LIST.split(', ').toReversed().join('\n') })
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), fc.nat(60), (pieces, within) => {
      const text = pieces.join('')
      const found = book.read(wordsOf(text))
      expect(found.of('one', within).toSorted()).toEqual(searched(plain(text), LIST, within))
      expect(found.of('two').toSorted()).toEqual(found.of('one').toSorted())
    }),
    { numRuns: runs(1000) },
  )
})

test('no phrase is passed over for a word that the text seems to lack', () => {
  const made = "act ~ now, log* in* to ~ account*, 5 ~ dollars, abc*def ghi, a.b.c de, don't ~ try, e-mail ~ full"
  const phrases = [...Object.values(kindLists(en, de)).join('\n').split(/[,\n]/), ...made.split(',')]
    .map(phrase => phrase.trim())
    .filter(phrase => /^[a-z0-9].*[ .-]/.test(phrase))
  const words = phrases.map(phrase =>
    phrase.replace(' ~ ', fc.sample(fc.constantFrom(' ', ' now ', ' x, 5 yy '), 1)[0] ?? ''),
  )
  const near = fc.tuple(fc.constantFrom(...words), fc.constantFrom('', 'e', 'ing', '\u0301'), fc.nat(30))
  const piece = near.map(([phrase, end, cut]) => `${cut < 20 ? phrase : phrase.slice(0, cut)}`.replaceAll('*', end))
  const patterns = [...new Set(phrases)].map(phrase => [phrase, new Pattern(fold(phrase))] as const)
  const book = new PhraseBook({ one: phrases.join('\n') })
  let several = 0
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), fc.constantFrom(' ', '. ', '-', 'a '), (pieces, between) => {
      const table = wordsOf(pieces.join(between))
      const found = book.read(table).of('one')
      const slow = patterns.filter(([, pattern]) => table.starts.some(at => pattern.endAt(table.text, at) >= 0))
      if (slow.length > 1) several++
      const shown = slow.map(([phrase]) => phrase.replaceAll('*', '').replaceAll('~', '…'))
      expect([...found].sort()).toEqual([...new Set(shown)].sort())
    }),
    { numRuns: runs(200) },
  )
  expect(several).toBeGreaterThan(runs(200) / 4)
})

test('all phrases at one place are found', () => {
  const book = new PhraseBook({ one: 'a b c, a, a b, abc*, abcde*' })
  expect(book.read(wordsOf('a b c')).of('one').toSorted()).toEqual(['a', 'a b', 'a b c'])
  expect(book.read(wordsOf('abcdef')).of('one').toSorted()).toEqual(['abc', 'abcde'])
})

test('no word of a text is compared with more than sixty phrases', async () => {
  const scripts = ['λ', 'ж', 'ש', 'ع', 'क', 'ก', '한', 'あ']
  const others = (await Promise.all(scripts.map(letter => booksFor(fold(letter))))).flat()
  expect(others).toHaveLength(scripts.length)
  expect(Math.max(book.widest, ...others.map(({ widest }) => widest))).toBeLessThanOrEqual(60)
  expect(await booksFor(fold('Größe, żółć, naïve — “quoted” ✅'))).toEqual([])
})

test('a list names its kind, and only known ones', () => {
  expect(kindLists('casino: a, b\nc\n| d\ne', 'casino: f')).toEqual({
    'casino/claim': '\na, b\nc\nf',
    'casino/request': '\nd\ne',
  })
  expect(() => kindLists('casinos: a')).toThrow(`“casinos” is none of ${KINDS.join(', ')}`)
  expect(() => kindLists('a')).toThrow('“a” belongs to no kind')
})

/** Slow: looks for every phrase at every place. */
function searched(text: string, list: string, within: number): readonly string[] {
  const unit = '[a-z0-9\\u00aa\\u00ae-\\uffff]'
  const word = new RegExp(`^${unit}{0,64}`)
  // Where the table begins a word: a run of letters, and each 64 letters in it.
  const starts = new Set(Array.from(text.matchAll(new RegExp(`${unit}{1,64}`, 'g')), ({ index }) => index))
  const found = list.split(', ').flatMap(written => {
    const pieces = plain(written).split('*')
    const [start = ''] = pieces
    const isSearched = !/^[a-z0-9]/.test(start) || /[\u3040-\u9fff]/.test(start)
    const open = pieces.length > 1 && word.exec(start)?.[0] === start
    for (let at = 0; at < Math.min(text.length, within); at += 1) {
      if (!text.startsWith(start, at)) continue
      if (isSearched) return [written.replaceAll('*', '')]
      const rest = text.slice(at + start.length)
      const end = text.slice(at + start.length - 1, at + start.length + 1)
      const continues = new RegExp(`^${unit}{2}$`).test(end)
      const same = open || word.exec(text.slice(at))?.[0] === word.exec(start)?.[0]
      const ends = pieces.length > 1 || !continues
      const tail = pieces[1] ? new RegExp(`^${unit}*${pieces[1]}(?!${unit})`).test(rest) : true
      if (starts.has(at) && same && ends && tail) return [written.replaceAll('*', '')]
    }
    return []
  })
  return found.toSorted()
}
