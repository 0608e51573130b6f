/** Telephone numbers in any disguise, and numbers that are none. */
import { describe, expect, test } from 'vitest'
import { phoneIn } from '../../../../src/filters/content/wording/phone.ts'

describe('a telephone number', () => {
  test.for([
    ...['call +1 (805) 555-0134 now', '805.555.2134', '(805) 555 2134', '1-805-555-2134', 'Tel: 8055552134'],
    ...[
      'call 8O5-555-2I34',
      '＋１（８０５）５５５－２１３４',
      '8\u200b0\u200b5-5\u200b5\u200b5-2\u200b134',
      '805–555–2134',
    ],
    ...['8️⃣0️⃣5️⃣-5️⃣5️⃣5️⃣-2️⃣1️⃣3️⃣4️⃣', '𝟖𝟎𝟓-𝟓𝟓𝟓-𝟐𝟏𝟑𝟒', '8 0 5 5 5 5 2 1 3 4', '805 * 555 * 2134', '8/0/5/5/5/5/2/1/3/4'],
    ...['eight zero five five five five two one three four', 'eight-zero-five 555 2134', '+44 20 7946 0958'],
    ...['0808 157 0192', '+49 (0) 30 901820', '0049 30 901820', '1800 123 456', '+81-3-1234-5678', '[805] 555_2134'],
    ...['+١ (٨٠٥) ٥٥٥-٢١٣٤', '+१ (८०५) ५५५-२१३४', '+1 (8О5) 555-213 4', '+1 {805} [555] <2134>', '1-800-GET-HELP'],
  ])('%s', text => {
    expect(phoneIn(`Your order was charged. If not yours, dial ${text}.`)).toBeDefined()
  })
})

describe('no telephone number', () => {
  test.for([
    ...['ISO 8859-ABC', '8 00 METERS', '$1-800-GET-HELP'],
    ...['Invoice 2026-11-29 12:30', 'Order 123-4567', '$805.555.2134', 'IP 198.51.100.25', 'total 1,234,567.00'],
    ...['Your parcel 00340434161094042557 is on its way', 'account 4111 1111 1111 1111', 'bob8055552134@mail.example'],
    ...[
      'ISBN 978-3-16-148410-0',
      'oil, ill, lol and solo',
      '12:30:45 on 01.02.2026',
      'IBAN DE89 3704 0044 0532 0130 00',
    ],
    ...['#8055552134', 'one two three'],
  ])('%s', text => {
    expect(phoneIn(text)).toBeUndefined()
  })
})
