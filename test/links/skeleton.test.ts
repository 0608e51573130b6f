/** Names and subjects as people read them, and what hides words in them. */
import { describe, expect, test } from 'vitest'
import { fold } from '../../src/links/fold.ts'
import { MAX_SKELETON_LENGTH, Skeleton } from '../../src/links/skeleton.ts'
import { growth } from '../support/cpu.ts'
import { fc, runs } from '../support/property.ts'

const says = (text: string): readonly string[] => {
  const { text: folded, others } = new Skeleton(text)
  return [folded, ...others]
}

test.for([
  ['𝐏𝐚𝐲𝐏𝐚𝐥 𝓢𝓾𝓹𝓹𝓸𝓻𝓽', 'paypal support'],
  ['Ｐａｙｐａｌ', 'paypal'],
  ['ⓅⓐⓨⓅⓐⓛ', 'paypal'],
  ['🅿🅰🆈🅿🅰🅻', 'paypal'],
  ['🅟🅐🅨🅟🅐🅛', 'paypal'],
  ['ᎪᎷᎪᏃᎾΝ', 'amazon'],
  ['ΛMΛZON', 'amazon'],
  ['ᴘᴀʏᴘᴀʟ', 'paypal'],
  ['pɑypɑl', 'paypal'],
  ['РауРаl', 'paypal'],
  ['Аррӏе', 'apple'],
  ['Νetflix', 'netflix'],
  ['P\u{e0100}a\ufe0fy\u{e01ef}pal', 'paypal'],
  ['P\u{e0061}ay\u{e007f}pal', 'paypal'],
  ['Pay\u00adPal, your in\u200bvoice', 'paypal, your invoice'],
  ['P̶a̶y̶P̶a̶l̶', 'paypal'],
  ['Páypäl', 'paypal'],
  ['P a y P a l  S u p p o r t', 'paypal support'],
  ['P.a.y.P.a.l', 'paypal'],
  ['P-a-y-P-a-l team', 'paypal team'],
  ['Pay-Pal Customer Care', 'paypal customer care'],
  ['Net.flix', 'netflix'],
  ['PayPaI', 'paypal'],
  ['AppIe Support', 'apple support'],
  ['lnstagram', 'instagram'],
  ['Trust-WaIIet LTD', 'trustwallet ltd'],
  ['Ledger Iive', 'ledger live'],
  ['aᥴcount', 'account'],
  ['Micr0s0ft', 'microsoft'],
  ['N3tf1ix', 'netflix'],
  ['P@yPa1', 'paypal'],
  ['arnazon', 'amazon'],
  ['Đropbox', 'dropbox'],
  ['Gøøgle', 'google'],
] as const)('%s reads as %s', ([text, reading]) => {
  expect(says(text)).toContain(reading)
})

test.for([
  ['invisible', 'Pay\u200bPal'],
  ['invisible', 'Y\u00ado\u00adu\u00adr invoice'],
  ['invisible', 'P\u2060a\u2060yroll'],
  ['invisible', 'P\u{e0100}aypal'],
  ['invisible', 'Pay\u{e0061}pal'],
  ['invisible', 'С\u200bбербанк'],
  ['direction', 'Invoice \u202egpj.exe'],
  ['direction', '\u202dlaPyaP'],
  ['mixed-scripts', 'РауРаl'],
  ['mixed-scripts', 'Micrοsoft'],
  ['mixed-scripts', 'Αpple ID'],
  ['mixed-scripts', 'pɑypɑl'],
  ['mixed-scripts', 'Netfliх'],
  ['mixed-scripts', 'Support aᥴcount team'],
  ['mixed-scripts', 'Αmazon, ваш заказ'],
  ['decorated', '𝐏𝐚𝐲𝐏𝐚𝐥'],
  ['decorated', 'PᴀʏPᴀʟ'],
  ['decorated', 'Ｐａｙｐａｌ'],
  ['decorated', '🅿🅰🆈🅿🅰🅻'],
  ['decorated', 'ᎪᎷᎪᏃᎾ'],
  ['marks', 'P̶a̶y̶P̶a̶l̶'],
  ['marks', 'P\u0301\u0302\u0303\u0304aypal'],
  ['capital-i', 'PayPaI'],
  ['capital-i', 'Your EmaiI storage'],
] as const)('%s: %j is disguised', ([disguise, text]) => {
  expect(new Skeleton(text).disguises).toContain(disguise)
})

describe('honest text has no disguise', () => {
  test.for([
    'TNFα, IFNγ, NFκB, Aβ42, β2m, PPARγ, Gαs and IκBα in 10 μL at λmax, ρmax and σmin',
    'α-helix und β-Faltblatt, ΔG = −RT ln K, 5 kΩ, 3 μmol',
    'Νέα από την Αθήνα για την Αlpha Bank',
    'Ελληνική Δημοκρατία: νέο μήνυμα',
    'Ваш заказ в Ozon: SMSка с кодом, Wi-Fi и iPhone’ом',
    'Сара и Рома',
    'Поздравляем с 300кг',
    '\u202bمتجر الأرز\u202c',
    'طلبك \u2068(88213)\u2069 في الطريق إلى \u2068Bob\u2069, ‪+971 4 000 0000‬',
    '\u202d+972 3 000 0000\u202c שלום',
    'שָׁלוֹם עֲלֵיכֶם',
    'می‌خواهم 👩‍🚀 ✔️ 1️⃣ 🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f} Grüße — 5 µm',
    'ＡＢＣ株式会社 ＩＮＶＯＩＣＥ',
    '주문 확인 ＬＧ전자 ㅤ',
    'Nguyễn Thị Thắm: đơn hàng của bạn đã được gửi'.normalize('NFD'),
    'Ọlọ́run Adébáyọ̀',
    'dictionary: /ˌɪntəˈnæʃənəl/, [ɪnˈvɔɪs]',
    'Let 𝑓(𝑥) = 𝑎𝑥² + 𝑏𝑥 over ℝ and 𝔸ⁿ',
    'Ewe: ɖɔɖɔɖɔ, Hausa: ɓaɓɓaƙe, Azərbaycan, Türkçe ışık',
    'ᏣᎳᎩ ᎦᏬᏂᎯᏍᏗ',
    'ᐃᓄᒃᑎᑐᑦ',
    'H₂O, CO₂, 10⁻³ m², №5, ™',
    'McInnes, DiIorio, LinkedIn, OpenAI, WordPress II and part III, cifsInodeInfo in FileInfoIndex',
    'J. R. R. Tolkien, U.S.A., N.A.T.O., Dr. Anna B. Meyer & Co.',
    'P a r t y  at  7',
    '🅿️ parking at gate 🅰',
    'Զանգահարեք մեզ',
    'iPhoneを予約, Appleใน, הiPhone, Facebookपर',
  ])('%s', text => {
    expect(new Skeleton(text).disguises).toEqual([])
  })
})

test.for(['Anna Meyer', 'Your order has been dispatched', 'Site visit on Thursday'])('%s has one reading', text => {
  expect(says(text)).toEqual([text.toLowerCase()])
})

test('the first reading of any text is what `fold` makes of it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: MAX_SKELETON_LENGTH }), text => {
      expect(new Skeleton(text).text).toBe(fold(text))
    }),
    { numRuns: runs(500) },
  )
})

test.for(['P a ', 'I', 'a\u200b', 'aа', 'P-', 'a\u0336', '\u202d', 'α', '𝐏', 'l1', '0', 'Ꭺ', 'ab\u00ad'])(
  'a text of many %j costs no more than its first characters',
  async piece => {
    const read = (text: string): void => {
      for (let round = 0; round < 20; round++) {
        const skeleton = new Skeleton(text)
        expect([skeleton.others, skeleton.disguises]).toHaveLength(2)
      }
    }
    const short = piece.repeat(Math.ceil(MAX_SKELETON_LENGTH / piece.length))
    const sizes = { small: short, large: piece.repeat(100_000) }
    expect(await growth(read, { ...sizes, enough: 20, floor: 2.5 })).toBeLessThan(20)
  },
)
