/** Addresses that are not routed on the Internet (RFC 1918, RFC 4193, RFC 6598, loopback and link-local). */
import { networkTable, readNetwork } from './networks.ts'

const table = networkTable(
  [
    ...['10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16'],
    ...['::1', 'fc00::/7', 'fe80::/10'],
  ]
    .map(readNetwork)
    .filter(network => 'words' in network),
)

export const isPrivate = (ip: string): boolean => table.find(ip) >= 0
