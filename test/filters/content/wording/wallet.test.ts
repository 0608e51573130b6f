/** Addresses of cryptocurrencies and their checksums. */
import { describe, expect, test } from 'vitest'
import { hasWallet, walletIn } from '../../../../src/filters/content/wording/wallet.ts'
import { wording } from '../../../../src/filters/content/wording/wording.ts'
import { message } from '../../../../src/testing/message.ts'
import { probe } from '../../../../src/testing/probe.ts'
import { cpuOf } from '../../../support/cpu.ts'

const WALLETS = [
  '1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2',
  '3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy',
  'bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq',
  'BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4',
  'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0',
  'TJRabPrwbZy45sbavfcjinPJC18kjpRTv8',
  '0xde0B295669a9FD93d5F28D9Ec85E40f4cb697BAe',
]

describe('walletIn', () => {
  test.for(WALLETS)('finds %s', wallet => {
    expect(walletIn(`Send it to ${wallet}. Now.`)).toBe(wallet)
  })
  test('finds it through invisible characters', () => {
    const [first = ''] = WALLETS
    expect(walletIn([...first].join('\u200b'))).toBe(first)
  })
  test.for([
    '1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3',
    'bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdx',
    'bc1qAr0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq',
    'AVeryLongWordWithoutAnyFigureInIt',
    'https://example.com/1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2x',
    '3f2a9c0d4e5b6a7f8091a2b3c4d5e6f7',
  ])('does not find %s', text => {
    expect(walletIn(text)).toBeUndefined()
  })
  test.for(['\n', ' ', '-', '...', '**', ' \r\n> '.slice(0, 3)])('finds one that is cut by %j', parting => {
    for (const wallet of WALLETS.slice(0, 3)) {
      const written = [wallet.slice(0, 11), wallet.slice(11, 22), wallet.slice(22)].join(parting)
      expect(walletIn(`Address: ${written}\nDo not call the police.`)).toBe(wallet)
    }
  })
  test('M04 many starts of cut addresses cost little', () => {
    expect(cpuOf(() => walletIn('1A 3B bc1 '.repeat(2000)), 100)).toBeLessThan(100)
  })
  test('a mistyped address has the form of one', () => {
    expect(hasWallet('to 1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3')).toBe(true)
    expect(hasWallet('nothing of the kind')).toBe(false)
  })
  test('a text of nothing but candidates costs little', () => {
    const text = '1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3 '.repeat(600)
    expect(cpuOf(() => walletIn(text), 50)).toBeLessThan(50)
  })
})

describe('wording/wallet-demand', () => {
  const found = async (text: string, fields: Record<string, string> = {}) => {
    const findings = await probe(wording(), {
      reversePath: 'anna@mail.example',
      forwardPaths: ['bob@example.net'],
      message: message({ subject: 'Hei', from: 'Anna <anna@mail.example>', text: `${text}\n`, ...fields }),
    })
    return findings.map(({ rule }) => rule)
  }
  const STORY = 'Olen murtautunut laitteellesi ja kuvannut sinua kameralla. Katselin sinua monta viikkoa. '.repeat(7)
  const WALLET = 'bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq'

  test('fires in a language that no list has', async () => {
    expect(await found(`${STORY} Maksa 1200 euroa, 0,02 BTC: ${WALLET}`)).toContain('wording/wallet-demand')
  })
  test.for([
    ['a note with an address', `Hi Bob, my address is ${WALLET}, please send the 0.02 BTC for dinner.`],
    ['a wrong checksum', `${STORY} Maksa 0.02 BTC: ${WALLET.slice(0, -1)}x`],
    ['no sum', `${STORY} ${WALLET}`],
    ['a receipt with a link', `${STORY} 0.02 BTC to ${WALLET}, see https://exchange.example/tx`],
  ] as const)('does not fire on %s', async ([, text]) => {
    expect(await found(text)).not.toContain('wording/wallet-demand')
  })
})
