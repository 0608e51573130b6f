/** The ways in which a clamd misbehaves, and what becomes of a scan by each. */
import type { UnknownCause } from '../../../src/filters/clamav/verdict.ts'
import { type Manner, says, trickles } from '../../support/false-clamd.ts'

export interface Misbehaviour {
  readonly manner: Manner
  readonly cause: UnknownCause
}

export const misbehaviours: Readonly<Record<string, Misbehaviour>> = {
  'hangs up at once': { manner: { connected: socket => socket.end() }, cause: 'closed' },
  'never reads': { manner: { deaf: true }, cause: 'timeout' },
  'reads all and says nothing': { manner: {}, cause: 'timeout' },
  'trickles its reply for longer than the deadline': { manner: trickles('stream: OK\0', 150), cause: 'timeout' },
  'trickles rubbish': { manner: trickles('x'.repeat(20), 100), cause: 'timeout' },
  'hangs up in the middle of the message': { manner: { begun: socket => socket.end() }, cause: 'closed' },
  'hangs up after the message': { manner: says(''), cause: 'closed' },
  'cuts its reply': { manner: says('stream: O'), cause: 'closed' },
  'leaves out the NUL': { manner: says('stream: OK'), cause: 'closed' },
  'ends its reply with a line end': { manner: says('stream: OK\n'), cause: 'closed' },
  'resets the connection at once': { manner: { connected: socket => socket.resetAndDestroy() }, cause: 'reset' },
  'resets the connection after the message': { manner: { whole: socket => socket.resetAndDestroy() }, cause: 'reset' },
  'has an error': { manner: says('stream: lstat() failed ERROR\0'), cause: 'error' },
  'does not know the command': { manner: says('UNKNOWN COMMAND\0'), cause: 'error' },
  'has a limit': { manner: says('INSTREAM size limit exceeded. ERROR\0'), cause: 'size-limit' },
  'answers rubbish': { manner: says('HTTP/1.1 400 Bad Request\r\n\r\n\0'), cause: 'garbage' },
  'answers about something else': { manner: says('foo: OK\0'), cause: 'garbage' },
  'answers almost OK': { manner: says('stream: OKAY\0'), cause: 'garbage' },
  'answers nothing in a whole reply': { manner: says('\0'), cause: 'garbage' },
  'answers twice': { manner: says('stream: OK\0stream: Evil FOUND\0'), cause: 'garbage' },
  'sends a reply without end': { manner: { whole: socket => socket.write('x'.repeat(100_000)) }, cause: 'garbage' },
}
