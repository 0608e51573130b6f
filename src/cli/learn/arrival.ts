/** What the server that keeps a message has added to it. */

/**
 * Removes the Received fields of the host that wrote the first of them: stored mail has the fields of the server that
 * keeps it on top, and mail that a gateway judges does not have them yet.
 */
export function withoutArrival(message: Buffer): Buffer {
  const text = message.toString('latin1')
  const end = text.search(/\r?\n\r?\n/)
  if (end < 0) return message
  const fields = text.slice(0, end).split(/\r?\n(?![ \t])/)
  const hosts = fields.map(hostOf)
  const receiver = hosts.find(host => host !== undefined)
  if (receiver === undefined) return message
  return Buffer.from(fields.filter((_, index) => hosts[index] !== receiver).join('\r\n') + text.slice(end), 'latin1')
}

/** The host that wrote a Received field. */
const hostOf = (field: string): string | undefined =>
  /^received[ \t]*:/i.test(field) ? /\bby[ \t\r\n]+([^\s;()]{1,255})/i.exec(field)?.[1]?.toLowerCase() : undefined
