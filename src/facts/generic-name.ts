/** Names that access providers and hosting companies generate for the machines of their customers. */
import { organisationalDomain } from '../dns/organisation.ts'
import { addressBytes } from '../net/address.ts'

// Words that access providers use in the names of their customers.
const CUSTOMER_WORDS = new Set(
  'adsl broadband cable client cust customer dhcp dial dialin dialup dsl dyn dynamic dynip ftth pool ppp pppoe vdsl xdsl'.split(
    ' ',
  ),
)
// A pool of mail servers is not a dial-up pool.
const SERVER_WORDS = new Set('delivery mail mailer mailout mta mx out outbound relay smtp'.split(' '))

/**
 * Names that a rented machine has until its tenant names it: the domains in which hosting companies keep them, as their
 * documentation gives them (2026-11).
 */
const RENTED = new RegExp(
  `\\.(?:${[
    'members.linode.com',
    'ip.linodeusercontent.com',
    'compute.amazonaws.com',
    'compute-1.amazonaws.com',
    'compute.internal',
    'ec2.internal',
    'bc.googleusercontent.com',
    'cloudapp.net',
    'cloudapp.azure.com',
    'vultrusercontent.com',
    'clients.your-server.de',
    'contaboserver.net',
    'vps.ovh.ca',
    'vps.ovh.net',
    'vps.ovh.us',
    'kimsufi.com',
    'hostwindsdns.com',
    'colocrossing.com',
    'startdedicated.com',
    'startdedicated.de',
    'stratoserver.net',
    'oraclevcn.com',
    'zap-srv.com',
  ]
    .join('|')
    .replaceAll('.', '\\.')})$`,
)

/** Whether it is the name that a rented machine has before its tenant names it. */
export const isRented = (name: string): boolean => RENTED.test(name)

/** Whether a name is made of the address, or has a word of an access provider or the domain of rented machines. */
export function isGeneric(name: string, ip: string): boolean {
  if (isRented(name)) return true
  const own = name.slice(0, name.length - (organisationalDomain(name)?.length ?? 0))
  const bytes = addressBytes(ip)
  if (bytes.length === 16 ? hasNibbles(own, bytes) : hasBytes(own, bytes)) return true
  const words = own.split(/[^a-z]+/)
  return words.some(word => CUSTOMER_WORDS.has(word)) && !words.some(word => SERVER_WORDS.has(word))
}

/** Three bytes in a row, in either direction, or all four as one number in hexadecimal or padded decimal. */
function hasBytes(name: string, bytes: readonly number[]): boolean {
  const numbers = `-${name
    .split(/\D+/)
    .filter(digits => digits !== '')
    .map(Number)
    .join('-')}-`
  const rows = [bytes.slice(0, 3), bytes.slice(1)].flatMap(row => [row, row.toReversed()])
  const whole = [bytes.map(byte => byte.toString(16).padStart(2, '0')), bytes.map(byte => `${byte}`.padStart(3, '0'))]
  return rows.some(row => numbers.includes(`-${row.join('-')}-`)) || whole.some(parts => name.includes(parts.join('')))
}

/** The last four groups of an IPv6 address, padded or not, with any separator. */
function hasNibbles(name: string, bytes: readonly number[]): boolean {
  const groups = [8, 10, 12, 14].map(index => (bytes[index] ?? 0) * 256 + (bytes[index + 1] ?? 0))
  const written = groups.map(group => group.toString(16))
  const close = name.replaceAll(/[.-]/g, '')
  return close.includes(written.map(group => group.padStart(4, '0')).join('')) || name.includes(written.join('-'))
}
