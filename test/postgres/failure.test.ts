/** What an error of PostgreSQL means, and that no secret stands in it. */
import { expect, test } from 'vitest'
import { type FailureKind, failureOf } from '../../src/postgres/failure.ts'
import { describePlace, placeOf } from '../../src/postgres/options.ts'

const error = (code: string, message = 'words') => Object.assign(new Error(message), { code })

test.for<[kind: FailureKind, code: string]>([
  ['away', 'ECONNREFUSED'],
  ['away', 'CONNECT_TIMEOUT'],
  ['away', 'CONNECTION_CLOSED'],
  ['away', '08006'],
  ['away', '57P01'],
  ['away', '57014'],
  ['away', '53300'],
  ['away', '40P01'],
  ['away', '25006'],
  ['data', '22021'],
  ['data', '23502'],
  ['data', '54000'],
  ['refused', '28P01'],
  ['refused', '42501'],
  ['refused', '42P01'],
])('%s is what %s means', ([kind, code]) => {
  expect(failureOf(error(code), []).kind).toBe(kind)
})

test('a secret is not shown, and a long message is cut', () => {
  const shown = failureOf(error('28P01', `password p@ss of user x ${'y'.repeat(1_000)}`), ['p@ss']).message
  expect(shown).toMatch(/^password … of user x y+ \(SQLSTATE 28P01\)$/)
  expect(shown.length).toBeLessThan(600)
})

test('of several addresses that fail the first is named', () => {
  const all = Object.assign(new AggregateError([new Error('connect ECONNREFUSED ::1:5432')], ''), {
    code: 'ECONNREFUSED',
  })
  expect(failureOf(all, [])).toMatchObject({ kind: 'away', message: 'connect ECONNREFUSED ::1:5432' })
})

test.for<[tls: boolean, url: string]>([
  [false, 'postgres://postern@localhost/postern'],
  [false, 'postgres://postern@127.0.0.1:5433/postern'],
  [false, 'postgres://postern@[::1]/postern'],
  [false, 'postgres:///postern?host=/run/postgresql'],
  [true, 'postgres://postern@db.example.org/postern'],
  [true, 'postgresql://postern@192.0.2.1/postern'],
  [true, 'postgres://postern@localhost.example.org/postern'],
])('TLS is %s by default for %s', ([tls, url]) => {
  expect(placeOf({ url }).tls).toBe(tls)
})

test('a place is described without user and password', () => {
  const url = 'postgres://postern:s3cret@db.example.org:5433/mail'
  expect(describePlace(placeOf({ url }))).toBe('PostgreSQL db.example.org:5433/mail (postern)')
})
