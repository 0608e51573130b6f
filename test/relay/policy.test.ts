/** The thresholds of the gateway program, by recipient. */
import { expect, test } from 'vitest'
import { points } from '../../src/index.ts'
import { greylistBounds, relayPolicy, thresholdsFor } from '../../src/relay/policy.ts'

const policies = [
  { recipients: ['bob@example.org', 'example.net'], thresholds: { quarantine: 8, greylist: 3 } },
  { recipients: ['.example.org'], thresholds: { tag: 'off' } },
] as const

test('the console names the thresholds of a recipient', () => {
  const of = thresholdsFor({ reject: 20 }, policies)
  expect(of('')).toEqual({ tag: 4, quarantine: 6, reject: 20 })
  expect(of('bob@example.org')).toEqual({ tag: 4, quarantine: 8, reject: 20 })
  expect(of('eve@a.example.org')).toEqual({ quarantine: 6, reject: 20 })
  expect(thresholdsFor({ quarantine: 3 }, [])('')).toEqual({ tag: 3, quarantine: 3, reject: 15 })
})

test('a recipient is judged by them', () => {
  const policy = relayPolicy({}, policies)
  const judge = (forwardPath: string) => policy([points(7, 'why')], { stage: 'message', ref: 'R', forwardPath })
  expect(judge('bob@example.org')).toMatchObject({ verdict: 'accept', tagged: true })
  expect(judge('eve@example.org')).toMatchObject({ verdict: 'quarantine' })
})

test('mail is greylisted between the thresholds of the recipient, and nowhere unless one is given', () => {
  expect(greylistBounds({}, [])).toBeUndefined()
  const bounds = greylistBounds({}, policies)
  expect(bounds?.('bob@example.org')).toEqual({ from: 3, to: 8 })
  expect(bounds?.('eve@example.org').from).toBe(Number.POSITIVE_INFINITY)
  expect(greylistBounds({ greylist: 2, quarantine: 5 }, [])?.('')).toEqual({ from: 2, to: 5 })
})
