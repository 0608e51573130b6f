/** Options that name networks, domains, hosts and addresses. */
import { type Check, explained } from '../model/options.ts'
import { readMailbox, readName } from './names.ts'
import { isTooBroad, type Misread, readNetwork, TOO_BROAD } from './networks.ts'

/** A text that `read` can read; where it cannot, it says what it expected. */
export const readable = (expected: string, read: (text: string) => unknown): Check<string> =>
  explained(expected, value => {
    if (typeof value !== 'string') return expected
    const found = value.length > MAX_LENGTH ? { expected, remedy: 'correct or remove it' } : read(value)
    return isMisread(found) ? `${found.expected}; ${found.remedy}` : undefined
  })

/** Longer than any name, address or network. */
const MAX_LENGTH = 1024

const isMisread = (found: unknown): found is Misread =>
  typeof found === 'object' && found !== null && 'expected' in found && 'remedy' in found

/** `example.org`, or `.example.org` for all below it. */
export const domainPattern = (): Check<string> => readable('a domain such as example.org', readName)

/** `example.org` alone. */
export const domainName = (): Check<string> =>
  readable('a domain such as example.org', text => {
    const name = readName(text)
    const isOne = typeof name !== 'string' || !name.startsWith('.')
    return isOne ? name : { expected: 'a domain such as example.org', remedy: 'write it without the dot in front' }
  })

/** `192.0.2.0/24`. */
export const network = (): Check<string> => readable('an IP address or network such as 192.0.2.0/24', readNetwork)

/** A network that somebody can own: not half the Internet. */
export const ownNetwork = (): Check<string> =>
  readable('an IP address or network such as 192.0.2.0/24', text => {
    const network = readNetwork(text)
    return 'words' in network && isTooBroad(network) ? TOO_BROAD : network
  })

/** A network, or a domain of reverse names such as `.example.org`. */
export const knownClient = (): Check<string> => {
  const expected = 'an IP address, a network or a domain such as .example.org for all names below it'
  return readable(expected, text => {
    const network = readNetwork(text)
    if ('words' in network) return isTooBroad(network) ? TOO_BROAD : network
    const name = readName(text)
    return typeof name === 'string' && /[a-z]/.test(name) ? name : { expected, remedy: 'correct or remove it' }
  })
}

/** `bob@example.org`. */
export const mailbox = (): Check<string> => readable('an address such as bob@example.org', text => readMailbox(text))
