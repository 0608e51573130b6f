/** Checks of options that name networks, domains, hosts and addresses. */
import { type Check, explained } from '../model/options.ts'
import { readMailbox, readName } from './names.ts'
import { isTooBroad, readNetwork, type TextProblem, TOO_BROAD } from './networks.ts'

/** Checks that `read` can read a text; otherwise the problem says what was expected. */
export const readable = (expected: string, read: (text: string) => unknown): Check<string> =>
  explained(expected, value => {
    if (typeof value !== 'string') return expected
    const found = value.length > MAX_LENGTH ? { expected, remedy: 'correct or remove it' } : read(value)
    return isTextProblem(found) ? `${found.expected}; ${found.remedy}` : undefined
  })

/** Longer than every name, address and network. */
const MAX_LENGTH = 1024

const isTextProblem = (found: unknown): found is TextProblem =>
  typeof found === 'object' && found !== null && 'expected' in found && 'remedy' in found

/** `example.org`, or `.example.org` for all below it. */
export const domainPattern = (): Check<string> => readable('a domain such as example.org', readName)

/** `example.org` alone. */
export const domainName = (): Check<string> =>
  readable('a domain such as example.org', text => {
    const name = readName(text)
    const isSingle = typeof name !== 'string' || !name.startsWith('.')
    return isSingle ? name : { expected: 'a domain such as example.org', remedy: 'write it without the leading dot' }
  })

/** `192.0.2.0/24`. */
export const network = (): Check<string> => readable('an IP address or network such as 192.0.2.0/24', readNetwork)

/** A network that one operator can own, not half the Internet. */
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
