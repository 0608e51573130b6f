/** Text from a message or a client, made safe to write into a header field, a reply or a log line. */

/**
 * Printable US-ASCII, at most `max` characters. Every other character becomes `?`, so the text cannot begin a new line.
 */
export const printable = (text: string, max: number): string => text.slice(0, max).replace(/[^ -~]/g, '?')
