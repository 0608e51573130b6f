/** clamd's replies: only one of them says that a message is clean. */
import { describe, expect, test } from 'vitest'
import { infected, readReply, unknown } from '../../../src/filters/clamav/verdict.ts'

describe('a reply', () => {
  test('is clean if it is "stream: OK" to the letter', () => {
    expect(readReply('stream: OK')).toEqual({ kind: 'clean' })
  })

  test('names what was found', () => {
    expect(readReply('stream: Win.Test.EICAR_HDB-1 FOUND')).toEqual({ kind: 'infected', name: 'Win.Test.EICAR_HDB-1' })
  })

  test.for([
    'stream: OKAY',
    'stream: OK ',
    ' stream: OK',
    'stream:OK',
    'stream: ok',
    'foo: OK',
    'stream: OK\n',
    'stream: OK\r\nstream: Evil FOUND\r',
    'OK',
    'PONG',
    '',
    'stream: ',
    'stream:  FOUND',
    'stream: FOUND',
    'other: Evil FOUND',
    'null',
  ])('D01 %j does not say whether the message is clean', reply => {
    expect(readReply(reply)).toEqual(unknown('garbage', expect.stringMatching(/^the scanner answers "[ -~]*"$/)))
  })

  test.for([
    'stream: lstat() failed ERROR',
    "Can't allocate memory ERROR",
    'UNKNOWN COMMAND',
    'COMMAND READ TIMED OUT',
  ])('D01 %j is an error of the scanner', reply => {
    expect(readReply(reply)).toEqual(unknown('error', `the scanner answers "${reply}"`))
  })

  test('D01 a size limit is known as one', () => {
    const reply = 'INSTREAM size limit exceeded. ERROR'
    expect(readReply(reply)).toEqual(unknown('size-limit', `the scanner answers "${reply}"`))
  })
})

describe('a name from outside', () => {
  test.for([
    ['line ends', 'a\r\nb', 'a??b'],
    ['an escape sequence', '\x1b[31mred', '?[31mred'],
    ['a C1 control', 'a\x9bb', 'a?b'],
    ['a direction override', 'a\u202eexe.b', 'a?exe.b'],
    ['a NUL', 'a\0b', 'a?b'],
  ] as const)('S01 keeps %s out of the logs', ([, name, written]) => {
    expect(infected(name)).toEqual({ kind: 'infected', name: written })
  })

  test('S01 is cut before it fills a log', () => {
    expect(infected('x'.repeat(4_000))).toEqual({ kind: 'infected', name: `${'x'.repeat(128)}...` })
  })
})
