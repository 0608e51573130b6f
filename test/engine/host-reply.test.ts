/** The reply that a host reports, as the event of its session has it. */
import { expect, test } from 'vitest'
import { hostReply } from '../../src/engine/transaction-record.ts'

test.for([
  [
    { code: 250, text: '2.1.0 Ok' },
    { code: 250, status: '2.1.0', text: 'Ok' },
  ],
  [
    { code: 550, text: '5.7.26 Not authenticated' },
    { code: 550, status: '5.7.26', text: 'Not authenticated' },
  ],
  [
    { code: 451, text: '4.123.999 Later\nplease' },
    { code: 451, status: '4.123.999', text: 'Later\nplease' },
  ],
  [
    { code: 250, status: '2.6.0', text: '2.1.0 Ok' },
    { code: 250, status: '2.6.0', text: '2.1.0 Ok' },
  ],
] as const)('%j is reported with its status apart', ([given, expected]) => {
  expect(hostReply(given)).toMatchObject(expected)
})

test.for(['Ok', '3.1.0 Ok', '2.1 Ok', '2.1.0', '2.1.0Ok', '2.1234.0 Ok', ' 2.1.0 Ok'])(
  'the text %j has no status, and stays whole',
  text => {
    const reported = hostReply({ code: 250, text })
    expect(reported.text).toBe(text)
    expect(reported.status ?? '').toBe('')
  },
)
