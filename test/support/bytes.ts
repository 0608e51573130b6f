/** Messages whose bytes must come through a host unchanged. */

/** Whole lines, none too long for Haraka, no NUL: what else is odd about it no host has a reason to change. */
export const isPlain = (message: Buffer): boolean =>
  !/\0|\r(?!\n)|(?<!\r)\n|[^\r\n]{990}/.test(message.toString('latin1'))

/** SMTP has no message whose last line does not end. */
export const ended = (message: Buffer): Buffer =>
  message.subarray(-2).toString() === '\r\n' ? message : Buffer.concat([message, Buffer.from('\r\n')])

/** As a client sends it, up to its last dot, the end of whose line is still to come (RFC 5321 §4.5.2). */
export const dotted = (message: Buffer): Buffer =>
  Buffer.from(`${message.toString('latin1').replace(/(^|\r\n)\./g, '$1..')}.`, 'latin1')
